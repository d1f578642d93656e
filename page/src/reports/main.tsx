import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '../state/theme.ts';
import { ReportsPage } from './reports-page.tsx';

applyTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for itself.');
createRoot(root).render(
  <StrictMode>
    <ReportsPage />
  </StrictMode>,
);
