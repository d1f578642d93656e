import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Controller } from './state/controller.ts';
import { ControllerContext } from './state/page-context.ts';
import { applyTheme } from './state/theme.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/text.css';
import './styles/controls.css';
import './styles/answer.css';
import './styles/candidates.css';
import './styles/ranking.css';
import './styles/composer.css';

applyTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for itself.');
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <ControllerContext value={new Controller()}>
        <App />
      </ControllerContext>
    </CSPProvider>
  </StrictMode>,
);
