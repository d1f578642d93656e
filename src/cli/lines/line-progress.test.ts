import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { LineProgress } from './line-progress.ts';

test('a file shows its share, what is done and failed, and the time left once it can be estimated', () => {
  const progress = new LineProgress({ command: 'rank', totalBytes: 1000, now: 0 });
  expect(progress.draw(80, 100)).toMatchInlineSnapshot(`"rank ░░░░░░░░░░░░░░░░░░░░ 0 %  0 done, 0.1 s"`);
  progress.lineEnded({ endOffset: 250, failed: false });
  progress.lineEnded({ endOffset: 400, failed: true });
  progress.comparisons = 12;
  expect(progress.draw(80, 4000)).toMatchInlineSnapshot(
    `"rank ████████░░░░░░░░░░░░ 40 %  1 done, 1 failed, 6.0 s left, 12 pairs"`,
  );
  expect(progress.summary).toBe('1 done, 1 failed');
  for (const columns of [10, 20, 39, 59])
    expect(stringWidth(progress.draw(columns, 4000))).toBeLessThanOrEqual(columns);
});

test('a pipe shows counts and the time so far', () => {
  const progress = new LineProgress({ command: 'compare', totalBytes: undefined, now: 0 });
  progress.lineEnded({ endOffset: 250, failed: false });
  expect(progress.draw(80, 4000)).toMatchInlineSnapshot(`"compare  1 done, 4.0 s"`);
});

test('plain lines come at every tenth, and else every ten seconds, but never two within a second', () => {
  const progress = new LineProgress({ command: 'rank', totalBytes: 1000, now: 0 });
  const said = [50, 120, 130, 210, 340, 345, 350, 1000].map((endOffset, index) => {
    progress.lineEnded({ endOffset, failed: false });
    return progress.plainLine(endOffset === 350 ? 20_000 : index * 600);
  });
  expect(said).toMatchInlineSnapshot(`
    [
      undefined,
      undefined,
      "13 %: 3 done, 1.2 s",
      undefined,
      "34 %: 5 done, 2.4 s",
      undefined,
      "35 %: 7 done, 37 s left",
      undefined,
    ]
  `);
});
