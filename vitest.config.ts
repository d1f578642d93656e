import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'page/src/**/*.test.ts', 'test/house/**/*.test.ts', 'test/wire/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        // Tests on the real embedded model run one file at a time, since the model takes every core there is.
        test: {
          name: 'model',
          include: ['test/{model,training,e2e,clients}/**/*.test.ts'],
          globalSetup: ['test/fetch-test-model.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
