import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Controller } from './state/controller.ts';
import { ControllerContext } from './state/page-context.ts';
import { applyTheme } from './state/theme.ts';

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
