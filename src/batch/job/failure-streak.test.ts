import { expect, test } from 'vitest';
import type { ItemFailure } from '../batch-parts.ts';
import { FailureStreak } from './failure-streak.ts';

const refused: ItemFailure = { code: 'no_candidates', kind: 'refused', message: 'No.' };
const failed = (error: ItemFailure) => ({ type: 'item-error', error }) as const;
const done = { type: 'item-end' } as const;

/** How many of these it takes until they are too many. */
function taken(parts: Iterable<Parameters<FailureStreak['add']>[0]>, max = 3): number | undefined {
  const streak = new FailureStreak(max);
  let count = 0;
  for (const part of parts) {
    count += 1;
    streak.add(part);
    if (streak.error !== undefined) return count;
  }
  return undefined;
}

test('only failures in a row for the same reason end a run', () => {
  const other: ItemFailure = { code: 'model_call_failed', kind: 'not-found', message: 'No.' };
  const plain = (message: string): ItemFailure => ({ code: 'error', message });
  const cases: readonly (readonly [readonly (ItemFailure | undefined)[], number | undefined])[] = [
    [[refused, refused, refused, refused], 3],
    [[refused, refused, undefined, refused, refused], undefined],
    [[refused, refused, other, refused, refused], undefined],
    [[other, refused, refused, refused], 4],
    [[plain('a'), plain('b'), plain('c'), plain('d')], undefined],
    [[plain('a'), plain('a'), plain('a')], 3],
    // A bad record between two says nothing of the key.
    [[refused, refused, { code: 'invalid_data', message: 'x' }, refused], 4],
  ];
  for (const [errors, expected] of cases) {
    expect(taken(errors.map((error) => (error === undefined ? done : failed(error)))), JSON.stringify(errors)).toBe(
      expected,
    );
  }
  expect(
    taken(
      Array.from({ length: 500 }, () => failed(refused)),
      0,
    ),
  ).toBeUndefined();
});

test('what comes of a record, or passes by itself, ends no run', () => {
  const kinds = ['blocked', 'empty', 'unavailable', 'interrupted', 'timeout', 'budget'];
  const endless = (error: ItemFailure) => taken(Array.from({ length: 500 }, () => failed(error)));
  for (const kind of kinds) expect(endless({ ...refused, kind }), kind).toBeUndefined();
  for (const kind of ['refused', 'not-found', 'invalid-request', 'rate-limited', 'unreachable', 'invalid-response']) {
    expect(endless({ ...refused, kind }), kind).toBe(3);
  }
});
