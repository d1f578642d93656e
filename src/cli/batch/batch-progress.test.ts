import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { BatchProgress } from './batch-progress.ts';

const counts = (done: number, failed = 0) => ({
  total: 1000,
  done,
  failed,
  usage: { calls: 4 * done, inputTokens: 1000 * done, outputTokens: 100 * done, cost: 0.002 * done },
});

test('what is done and failed, the rate, the time left, tokens and dollars', () => {
  const progress = new BatchProgress({ command: 'ask', now: 0 });
  expect(progress.draw(100, 0)).toBe('ask  reading the input');
  // What earlier runs have done has no part in the rate.
  progress.update(counts(200), 1000);
  progress.update(counts(290, 10), 11_000);
  expect(progress.draw(120, 11_000)).toMatchInlineSnapshot(
    `"ask ██████░░░░░░░░░░░░░░ 30 %  290 done, 10 failed, 10/s, 1 min 10 s left, 319,000 tokens, $0.5800"`,
  );
  for (const columns of [10, 20, 39, 59, 80])
    expect(stringWidth(progress.draw(columns, 11_000))).toBeLessThanOrEqual(columns);
  expect(progress.summary).toMatchInlineSnapshot(`"290 done, 10 failed, 319,000 tokens, $0.5800"`);
});

test('the rate is that of the last minute', () => {
  const progress = new BatchProgress({ command: 'ask', now: 0 });
  progress.update(counts(0), 0);
  for (let second = 1; second <= 100; second += 1) progress.update(counts(second <= 30 ? second : 30), second * 1000);
  expect(progress.draw(120, 100_000)).not.toContain('/s');
});

test('without a terminal there is a line every ten seconds', () => {
  const progress = new BatchProgress({ command: 'rank', now: 0 });
  expect(progress.plainLine(60_000)).toBeUndefined();
  progress.update(counts(1), 60_000);
  expect([60_001, 65_000, 70_001].map((now) => progress.plainLine(now) !== undefined)).toEqual([true, false, true]);
});
