import { expect, test } from 'vitest';
import { simulate, type SimulationOptions } from './__fixtures__/simulated-job.ts';

const MINUTE = 60_000;
const CALM: SimulationOptions = {
  ranges: 200,
  workers: 8,
  rangeSize: 1000,
  rangeMs: (random) => MINUTE * (0.5 + random()),
  leaseMs: MINUTE / 2,
  killMs: Infinity,
  restartMs: MINUTE,
  hangMs: Infinity,
  hungMs: 3 * MINUTE,
  emptiedAt: [],
  refusals: [],
  sampleMs: MINUTE,
  seed: 1,
};

test('without failures no range is done twice, and workers are busy to the end', async () => {
  const { commits, discarded, lostMs, ms, workMs } = await simulate(CALM);
  expect([commits.size, discarded, lostMs]).toEqual([200, 0, 0]);
  expect(workMs / (ms * CALM.workers)).toBeGreaterThan(0.9);
});

test.each([1, 2, 3, 4, 5])('with failures of all kinds every range is committed (seed %i)', async (seed) => {
  const { commits, discarded, kills, hangs, lostMs, workMs } = await simulate({
    ...CALM,
    seed,
    killMs: 10 * MINUTE,
    hangMs: 20 * MINUTE,
    emptiedAt: [3 * MINUTE, 3.1 * MINUTE, 12 * MINUTE],
    refusals: [{ at: 8 * MINUTE, forMs: MINUTE }],
  });
  expect(commits.size).toBe(200);
  expect(kills + hangs).toBeGreaterThan(10);
  // At most what was in work when a worker died, hung, or the queue was emptied.
  expect(discarded).toBeLessThanOrEqual(hangs + 3 * CALM.workers);
  expect(lostMs / workMs).toBeLessThan(0.5);
});
