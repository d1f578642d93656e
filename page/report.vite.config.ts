import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The report of an evaluation: one script and one style sheet, which are written into each report. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  publicDir: false,
  build: {
    target: 'es2023',
    emptyOutDir: true,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: {
      input: join(import.meta.dirname, 'src/report/main.tsx'),
      output: { codeSplitting: false, entryFileNames: 'report.js', assetFileNames: 'report[extname]' },
    },
  },
});
