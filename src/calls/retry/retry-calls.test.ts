import { APICallError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { askModel } from '../../../test/calls/ask-model.ts';
import { CountingServer, type Reply } from '../../../test/calls/counting-server.ts';
import { ModelCallError, RETRYABLE_KINDS } from '../../error/index.ts';
import { CallLedger } from '../call-ledger.ts';
import { CallPolicies } from '../call-policies.ts';
import { isRetryable, providerPauseMs, retryAfterMs, retryDelayMs } from './retry-policy.ts';

const ask: typeof askModel = (model, given) => askModel(model, { maxRetries: 2, ...given });

const soon = { 'retry-after-ms': '20' };

function failingFirst(...replies: readonly Reply[]): Promise<CountingServer> {
  return CountingServer.start((_, index) => replies[index] ?? { text: 'at last' });
}

test('what may pass is tried again, and each attempt counts', async () => {
  await using server = await failingFirst({ status: 500, headers: soon }, { status: 529, headers: soon });
  const model = new CallPolicies().apply(server.model('m'));
  const { text, usage } = await ask(model);
  expect(text).toBe('at last');
  // An error instead of an answer takes no tokens.
  expect(usage).toEqual({ calls: 3, inputTokens: 100, outputTokens: 10, cost: undefined });
  expect(server.requests).toHaveLength(3);
});

test.each([400, 401, 403, 404])('status %i is not tried again', async (status) => {
  await using server = await failingFirst({ status });
  const model = new CallPolicies().apply(server.model('m'));
  await expect(ask(model)).rejects.toMatchObject({ statusCode: status });
  expect(server.requests).toHaveLength(1);
});

test.each([
  { message: 'too many requests', code: 'rate_limit_exceeded' },
  { message: 'too many requests', code: 429 },
])('a rate limit in the body of an answer is tried again: %o', async (bodyError) => {
  await using server = await failingFirst({ bodyError });
  const model = new CallPolicies().apply(server.model('m'));
  expect(await ask(model)).toMatchObject({ text: 'at last', usage: { calls: 2 } });
});

test('whether a failure may pass is what its package says, else what its kind says', () => {
  expect(isRetryable(refusal({}))).toBe(true);
  expect(isRetryable({ message: 'slow down', code: 'rate_limit_exceeded', isRetryable: undefined })).toBe(true);
  // A used-up quota, as the package for OpenAI tells it: the same status, and yet no use trying again.
  expect(isRetryable({ message: 'pay first', code: 'insufficient_quota', statusCode: 429, isRetryable: false })).toBe(
    false,
  );
  for (const kind of RETRYABLE_KINDS) {
    expect(new ModelCallError({ kind, model: 'a/b', message: 'no' }).isRetryable).toBe(true);
  }
  expect([...RETRYABLE_KINDS]).toEqual(['rate-limited', 'unavailable', 'unreachable', 'interrupted']);
});

test('it ends after `maxRetries` retries, with the last error', async () => {
  await using server = await CountingServer.start(() => ({ status: 503, headers: soon }));
  const model = new CallPolicies().apply(server.model('m'));
  await expect(ask(model, { maxRetries: 3 })).rejects.toMatchObject({ statusCode: 503 });
  expect(server.requests).toHaveLength(4);
  await expect(ask(model, { maxRetries: 0 })).rejects.toMatchObject({ statusCode: 503 });
  expect(server.requests).toHaveLength(5);
});

test('a connection that breaks before any text is tried again; one that breaks within the text is not', async () => {
  await using server = await failingFirst({ cut: 'before' }, {}, { cut: 'within', text: 'one two' });
  const model = new CallPolicies().apply(server.model('m'));
  const { usage } = await ask(model);
  expect(usage).toEqual({ calls: 2, inputTokens: undefined, outputTokens: undefined, cost: undefined });
  const pieces: string[] = [];
  await expect(ask(model, { onDelta: (delta) => pieces.push(delta) })).rejects.toThrow(/broke off/);
  expect(pieces).toEqual(['one ']);
  expect(server.requests).toHaveLength(3);
});

test('Retry-After holds up the whole provider, not only the call that got it', async () => {
  await using server = await failingFirst({ status: 429, headers: { 'retry-after': '1' } });
  const policies = new CallPolicies();
  const started = performance.now();
  const first = ask(policies.apply(server.model('m')));
  await expect.poll(() => server.requests[0]?.outcome).toBe('refused');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const other = ask(policies.apply(server.model('other')), { name: 'books/other' });
  await Promise.all([first, other]);
  expect(server.requests).toHaveLength(3);
  for (const { at } of server.requests.slice(1)) expect(at - started).toBeGreaterThan(995);
});

test('waiting for a place or a retry does not count as the time of the answer', async () => {
  await using server = await failingFirst({ status: 429, headers: { 'retry-after-ms': '300' } });
  const model = new CallPolicies().apply(server.model('m'));
  const { text, timings } = await ask(model, { timeoutMs: 250 });
  expect(text).toBe('at last');
  expect(timings.totalMs).toBeGreaterThan(300);
});

test('back-off ends at once on abort, with the reason of the caller', async () => {
  await using server = await CountingServer.start(() => ({ status: 500, headers: { 'retry-after': '60' } }));
  const model = new CallPolicies().apply(server.model('m'));
  const leaving = new AbortController();
  const asked = ask(model, { abortSignal: leaving.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  leaving.abort(new Error('changed my mind'));
  // The provider asked for a minute, longer than this test may take.
  await expect(asked).rejects.toThrow('changed my mind');
  expect(server.requests).toHaveLength(1);
});

test('the SDK on top does not multiply the attempts', async () => {
  await using server = await CountingServer.start(() => ({ status: 500, headers: soon }));
  const ledger = new CallLedger();
  await expect(ask(new CallPolicies().apply(server.model('m')), { maxRetries: 2, ledger })).rejects.toMatchObject({
    statusCode: 500,
  });
  expect(server.requests).toHaveLength(3);
  expect(ledger.usage).toEqual({ calls: 3, inputTokens: 0, outputTokens: 0, cost: 0 });
});

function refusal(responseHeaders: Record<string, string>, statusCode = 429): APICallError {
  return new APICallError({ message: 'no', url: '', requestBodyValues: {}, statusCode, responseHeaders });
}

test('Retry-After is read in all its forms', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs(refusal({ 'retry-after': '2' }), now)).toBe(2000);
  expect(retryAfterMs(refusal({ 'retry-after': '0.5' }), now)).toBe(500);
  expect(retryAfterMs(refusal({ 'retry-after-ms': '70', 'retry-after': '2' }), now)).toBe(70);
  expect(retryAfterMs(refusal({ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }), now)).toBe(5000);
  expect(retryAfterMs(refusal({ 'retry-after': 'Thu, 01 Jan 2020 00:00:00 GMT' }), now)).toBe(0);
  for (const nonsense of ['', 'soon', '-3', 'NaN', 'Infinity']) {
    expect(retryAfterMs(refusal({ 'retry-after': nonsense }), now)).toBeUndefined();
  }
  expect(retryAfterMs(new Error('no headers'), now)).toBeUndefined();
});

test('waits grow, are partly random, never shorter than requested, and never too long', () => {
  const error = refusal({}, 500);
  const waits = [1, 2, 3, 10].map((attempt) =>
    [0, 1].map((chance) => retryDelayMs(error, { attempt, random: () => chance })),
  );
  expect(waits).toEqual([
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [15_000, 30_000],
  ]);
  const asked = refusal({ 'retry-after': '10' });
  expect(retryDelayMs(asked, { attempt: 1, random: () => 0 })).toBe(10_000);
  expect(retryDelayMs(asked, { attempt: 1, random: () => 1 })).toBe(11_000);
  const tooLong = refusal({ 'retry-after': '3600' });
  expect(retryDelayMs(tooLong, { attempt: 1 })).toBeUndefined();
  expect(providerPauseMs(tooLong)).toBeUndefined();
  expect(providerPauseMs(asked)).toBe(10_000);
  expect(providerPauseMs(refusal({}))).toBe(1000);
  expect(providerPauseMs(error)).toBeUndefined();
});

test.each([Number.NaN, -1, 1.5, Infinity])('maxRetries %s is refused before any call', async (maxRetries) => {
  await using server = await CountingServer.start(() => ({ status: 500 }));
  const model = new CallPolicies().apply(server.model('m'));
  await expect(ask(model, { maxRetries })).rejects.toMatchObject({ name: 'InvalidArgumentError' });
  expect(server.requests).toHaveLength(0);
});
