import { expect, test } from 'vitest';
import { VirtualClock } from './__fixtures__/virtual-clock.ts';
import { watchRanges } from './watch-ranges.ts';

test('a look at a storage that was away for a minute does not put off the end of the job', async () => {
  const clock = new VirtualClock();
  let looks = 0;
  const watched = watchRanges({
    queue: {
      add: async () => {},
      counts: async () => ({ waiting: 0, running: 0 }),
      take: async () => undefined,
      clear: async () => {},
      close: async () => {},
    },
    job: 'file:///job',
    ranges: [{ start: 0, end: 10, segmentSize: 10, input: {} }],
    finished: async () => {
      looks += 1;
      if (looks === 1) await clock.sleep(60_000);
      return new Set(looks === 1 ? [] : [0]);
    },
    clock,
    abortSignal: new AbortController().signal,
    onError: () => {},
    onProgress: async () => {},
  });
  await clock.run(watched);
  expect(looks).toBe(2);
  expect(clock.now()).toBeLessThanOrEqual(95_000);
});
