import { defineConfig } from 'vitest/config';

/** Tests that take minutes, or install hundreds of megabytes: `LLM_BLENDER_SLOW_TESTS=1 npm test -- --project slow`. */
const SLOW = ['test/**/*.slow.test.ts'];

/** Tests of programs that `.ci/run` could not install. */
const NEEDS: Readonly<Record<string, string>> = {
  chromium: 'test/e2e/page/**',
  'redis-server': 'test/wire/queue/**',
  postgresql: 'test/wire/queue/**',
};
const LEFT_OUT = (process.env['LLM_BLENDER_TESTS_WITHOUT'] ?? '').split(' ').flatMap((program) => NEEDS[program] ?? []);

/** How long a test waits for what should come at once. A busy machine may take longer than the second of Vitest. */
const PATIENT = { expect: { poll: { timeout: 20_000, interval: 10 } } };

/** Tests on the real embedded model run one file at a time, since the model takes every core there is. */
const ONE_AT_A_TIME = {
  ...PATIENT,
  globalSetup: ['test/fetch-test-model.ts'],
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...PATIENT,
          name: 'unit',
          include: ['src/**/*.test.ts', 'page/src/**/*.test.ts', 'test/house/**/*.test.ts', 'test/wire/**/*.test.ts'],
          exclude: [...SLOW, ...LEFT_OUT],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...ONE_AT_A_TIME,
          name: 'model',
          include: ['test/{model,training,e2e,clients}/**/*.test.ts'],
          exclude: [...SLOW, ...LEFT_OUT],
        },
      },
      ...(process.env['LLM_BLENDER_SLOW_TESTS'] === '1'
        ? [{ test: { ...ONE_AT_A_TIME, name: 'slow', include: SLOW, testTimeout: 600_000 } }]
        : []),
    ],
  },
});
