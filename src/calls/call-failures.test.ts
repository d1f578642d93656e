import { APICallError } from '@ai-sdk/provider';
import { RetryError, StreamProviderError } from 'ai';
import { expect, test } from 'vitest';
import {
  InvalidArgumentError,
  MissingKeyError,
  ModelCallError,
  ModelNotFoundError,
  RankerError,
  TimeoutError,
} from '../error/index.ts';
import { definedOnly } from '../util/defined-only.ts';
import { rememberSecret } from '../util/known-secrets.ts';
import { failureOf, toCallError } from './call-failures.ts';

function reply(statusCode: number | undefined, responseBody?: string): APICallError {
  return new APICallError({
    message: 'said',
    url: 'http://x.example',
    requestBodyValues: {},
    ...definedOnly({ statusCode, responseBody }),
  });
}

test.each([
  [reply(401), 'refused', 'The provider refused access (401): said'],
  [reply(402), 'refused', 'The provider refused access (402): said'],
  [reply(404), 'not-found', 'The model was not found (404): said'],
  [reply(409), 'unavailable', 'The provider is not available (409): said'],
  [reply(422), 'invalid-request', 'The provider cannot do what was asked (422): said'],
  [reply(400, '{"error":{"code":"content_filter"}}'), 'blocked', 'The answer was blocked (400): said'],
  [reply(400, '{"error":{"code":"model_not_found"}}'), 'not-found', 'The model was not found (400): said'],
  [reply(undefined), 'unreachable', 'The provider cannot be reached: said'],
  [reply(200), 'invalid-response', 'The reply is no valid answer (200): said'],
  [
    new TypeError('terminated', { cause: new Error('other side closed') }),
    'interrupted',
    'The answer broke off: other side closed',
  ],
  [
    new StreamProviderError({ message: 'said', type: 'server_error' }),
    'unavailable',
    'The provider is not available: said',
  ],
  [new Error('said'), 'error', 'said'],
  ['said', 'error', 'said'],
])('%s', (thrown, kind, message) => {
  expect(toCallError(thrown, 'a/model')).toMatchObject({ code: 'model_call_failed', kind, message, model: 'a/model' });
});

test('after retries the last error counts, with their number', () => {
  const retried = new RetryError({ message: 'tried', reason: 'maxRetriesExceeded', errors: [reply(503), reply(429)] });
  expect(toCallError(retried, 'a/model')).toMatchObject({
    kind: 'rate-limited',
    isRetryable: true,
    message: 'The provider takes no more for now (429), 2 times: said',
  });
});

test('an error of this package stays what it is', () => {
  const timeout = new TimeoutError({ what: 'it', timeoutMs: 1 });
  expect(toCallError(timeout, 'a/model')).toBe(timeout);
});

test('a long message is shortened, and a cause with a key is left out', () => {
  rememberSecret('secret-3f9a-of-this-test');
  const error = new Error(`${'x'.repeat(1000)}`, { cause: { headers: ['secret-3f9a-of-this-test'] } });
  const { message, cause } = toCallError(error, 'a/model');
  expect([message.length, cause]).toEqual([500, undefined]);
  expect(toCallError(new Error('no key'), 'a/model').cause).toBeInstanceOf(Error);
});

const blocked = new ModelCallError({ kind: 'blocked', model: 'a/model', message: 'no' });
test.each([
  [blocked, 'blocked'],
  [new RankerError({ ranker: 'judge', reason: 'no', cause: blocked }), 'blocked'],
  [new RankerError({ ranker: 'judge', reason: 'no' }), 'error'],
  [new TimeoutError({ what: 'it', timeoutMs: 1 }), 'timeout'],
  [new MissingKeyError({ reference: 'a/b', provider: 'a', variables: ['A'] }), 'refused'],
  [new ModelNotFoundError({ reference: 'a/b', hint: '' }), 'not-found'],
  [new InvalidArgumentError({ parameter: 'a', value: 1, message: 'no' }), 'error'],
  [new Error('no'), 'error'],
])('the kind of failure of %s', (error, kind) => {
  expect(failureOf(error)).toEqual({ kind, message: error.message });
});
