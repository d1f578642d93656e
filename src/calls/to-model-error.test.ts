import { expect, test } from 'vitest';
import { toModelError } from './to-model-error.ts';

test.each<[thrown: unknown, expected: object]>([
  [
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    { message: 'Overloaded', statusCode: 529, isRetryable: true },
  ],
  [
    { error: { message: 'Slow down.', code: 'rate_limit_exceeded' } },
    { message: 'Slow down.', statusCode: 429, isRetryable: true },
  ],
  [{ error: 'out of memory' }, { message: 'out of memory', statusCode: undefined, isRetryable: false }],
  [
    { message: 'no', code: 502 },
    { message: 'no', statusCode: 502, isRetryable: true },
  ],
  [
    { message: 'no', status: '404' },
    { message: 'no', statusCode: 404, isRetryable: false },
  ],
  [{ detail: [{ msg: 'a' }, { msg: 'b' }] }, { message: 'a; b' }],
  [[{ error: { message: 'in a list' } }], { message: 'in a list' }],
  ['plain text', { message: 'plain text', isRetryable: false }],
  [{ message: 'try again', isRetryable: true }, { isRetryable: true }],
  [
    { type: 'response.failed', response: { error: { code: 'server_error', message: 'x' } } },
    { message: 'x', statusCode: 500 },
  ],
  [{}, { message: 'the provider gave no reason' }],
  [undefined, { message: 'the provider gave no reason' }],
])('%j', (thrown, expected) => {
  const error = toModelError(thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject(expected);
});

test('an error stays what it is', () => {
  const error = new TypeError('x');
  expect(toModelError(error)).toBe(error);
});
