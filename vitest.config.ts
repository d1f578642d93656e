import { availableParallelism } from 'node:os';
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

const COMMON = {
  // As many files at a time as there are cores, so that none is idle while a test waits or installs.
  maxWorkers: availableParallelism(),
  // A core for each: threads of two models on the same cores would wait for each other.
  env: { LLM_BLENDER_THREADS: '1', OMP_NUM_THREADS: '1' },
  // How long a test waits for what should come at once. A busy machine may take longer than the second of Vitest.
  expect: { poll: { timeout: 20_000, interval: 10 } },
};

/** Tests on the real embedded model. */
const MODEL = {
  ...COMMON,
  globalSetup: ['test/fetch-test-model.ts'],
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'unit',
          include: ['src/**/*.test.ts', 'page/src/**/*.test.ts', 'test/house/**/*.test.ts', 'test/wire/**/*.test.ts'],
          exclude: [...SLOW, ...LEFT_OUT],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...MODEL,
          name: 'model',
          include: ['test/{model,training,e2e,clients}/**/*.test.ts'],
          exclude: [...SLOW, ...LEFT_OUT],
        },
      },
      ...(process.env['LLM_BLENDER_SLOW_TESTS'] === '1'
        ? [{ test: { ...MODEL, name: 'slow', include: SLOW, fileParallelism: false, testTimeout: 600_000 } }]
        : []),
    ],
  },
});
