import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  // A data URL would need an exception in the content security policy.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rollupOptions: { input: ['index.html', 'reports.html'].map((name) => join(import.meta.dirname, name)) },
    chunkSizeWarningLimit: 800,
  },
});
