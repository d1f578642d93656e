import { expect, test } from 'vitest';
import { checkNumber, COUNT, type NumberRange, TIMEOUT_MS } from './check-number.ts';

test.each<[value: unknown, range: NumberRange]>([
  [undefined, COUNT],
  [1, COUNT],
  [0, { min: 0 }],
  [-1.5, {}],
  [0.001, TIMEOUT_MS],
  [1, { min: 0, max: 1 }],
])('%s is in the range %o', (value, range) => {
  expect(() => checkNumber('n', value as number, range)).not.toThrow();
});

test.each<[value: unknown, range: NumberRange, message: string]>([
  [Number.NaN, {}, 'Invalid n NaN: expected a number.'],
  [Infinity, TIMEOUT_MS, 'Invalid n Infinity: expected milliseconds, a number above 0.'],
  [0, TIMEOUT_MS, 'Invalid n 0: expected milliseconds, a number above 0.'],
  [-1, TIMEOUT_MS, 'Invalid n -1: expected milliseconds, a number above 0.'],
  [1.5, COUNT, 'Invalid n 1.5: expected an integer of at least 1.'],
  [2 ** 53, COUNT, `Invalid n ${2 ** 53}: expected an integer of at least 1.`],
  ['1', COUNT, 'Invalid n "1": expected an integer of at least 1.'],
  // oxlint-disable-next-line unicorn/no-null -- callers in JavaScript give it
  [null, COUNT, 'Invalid n null: expected an integer of at least 1.'],
  [1.1, { min: 0, max: 1 }, 'Invalid n 1.1: expected a number between 0 and 1.'],
  [1, { above: 0, max: 0.5 }, 'Invalid n 1: expected a number above 0 and at most 0.5.'],
])('%s is not in the range %o', (value, range, message) => {
  expect(() => checkNumber('n', value as number, range)).toThrow(message);
});
