import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { CallCache } from '../cache/call-cache.ts';
import { CallPolicies } from '../call-policies.ts';
import { CountingBudget } from '../call-ledger.ts';
import { createCallBudget } from './create-call-budget.ts';
import { PriceBook } from './price-book.ts';
import { streamAnswer } from '../stream-answer.ts';

const prices = new PriceBook({ 'books/m': { inputPerMillion: 1000, outputPerMillion: 10_000 } });

/** Asks twenty different things at once. */
async function askTwenty(server: CountingServer, limits: Parameters<typeof createCallBudget>[0], maxOutputTokens = 10) {
  const budget = createCallBudget(limits);
  const model = new CallPolicies({ prices }).apply(server.model('m'));
  return Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      streamAnswer({
        model,
        name: 'books/m',
        prompt: { messages: [{ role: 'user', content: 'Why?' }], system: undefined },
        settings: { maxOutputTokens },
        sample: index + 1,
        maxRetries: 0,
        timeoutMs: undefined,
        budget,
        abortSignal: undefined,
      }),
    ),
  );
}

const fulfilled = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.filter(({ status }) => status === 'fulfilled').length;

test('maxCalls is exact with twenty calls at once', async () => {
  await using server = await CountingServer.start(() => ({ delayMs: 5 }));
  const settled = await askTwenty(server, { maxCalls: 7 }, 1000);
  expect(server.requests).toHaveLength(7);
  // A limit on their number leaves their length alone.
  expect(server.requests.map(({ body }) => body.max_tokens)).toEqual(Array.from({ length: 7 }, () => 1000));
  expect(fulfilled(settled)).toBe(7);
  expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      name: 'BudgetExceededError',
      limit: 'maxCalls',
      message: 'The budget does not allow another call: 7 of 7 calls are made. Raise maxCalls (--max-calls).',
    },
  });
});

test('maxCost is exact with twenty calls at once: not a cent over it, and no call less than fits', async () => {
  // Each call costs 100 × $0.001 + 10 × $0.01 = $0.20.
  await using server = await CountingServer.start(() => ({ delayMs: 5 }));
  const settled = await askTwenty(server, { maxCost: 1.5 });
  expect(fulfilled(settled)).toBe(server.requests.length);
  expect(server.requests).toHaveLength(7);
  expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      name: 'BudgetExceededError',
      limit: 'maxCost',
      message: expect.stringContaining('$1.4 of $1.5 are spent'),
    },
  });
});

test('where estimates are far too high, calls go on one after the other until the money is really spent', async () => {
  // Set aside would be 1,000 tokens of output, $10; really spent is $0.20.
  await using server = await CountingServer.start();
  const settled = await askTwenty(server, { maxCost: 1.5 }, 1000);
  expect(fulfilled(settled)).toBe(7);
  expect(server.maxRunning).toBe(1);
  // No answer may be longer than what is left pays for.
  const allowed = server.requests.map(({ body }) => body.max_tokens ?? Infinity);
  expect(allowed[0]).toBe(149);
  expect(allowed.at(-1)).toBe(29);
});

test('an answer cut for the budget of one caller is neither kept nor shared', async () => {
  await using server = await CountingServer.start(() => ({ delayMs: 20 }));
  const path = join(mkdtempSync(join(tmpdir(), 'llm-blender-budget-')), 'calls.sqlite');
  await using cache = new CallCache({ path, findDefaultPath: async () => path });
  const model = new CallPolicies({ prices, cache }).apply(server.model('m'));
  const ask = (maxCost: number | undefined) =>
    streamAnswer({
      model,
      name: 'books/m',
      prompt: { messages: [{ role: 'user', content: 'Why?' }], system: undefined },
      settings: {},
      maxRetries: 0,
      timeoutMs: undefined,
      budget: createCallBudget({ maxCost }),
      abortSignal: undefined,
    });
  await Promise.all([ask(1), ask(undefined)]);
  expect(server.requests.map(({ body }) => body.max_tokens)).toEqual([99, undefined]);
  await ask(undefined);
  expect(server.requests).toHaveLength(2);
  rmSync(dirname(path), { recursive: true });
});

test('a call whose cost nobody says counts with its estimate', async () => {
  await using server = await CountingServer.start(() => ({ cut: 'within', text: 'one two' }));
  const settled = await askTwenty(server, { maxCost: 0.35 });
  expect(fulfilled(settled)).toBe(0);
  // $0.1 for the answer and a little for the prompt, each.
  expect(server.requests).toHaveLength(3);
});

test('a call that was never sent gives its share back; an abort ends the wait for one', async () => {
  const budget = createCallBudget({ maxCalls: 1, maxCost: 1 });
  const first = await budget?.reserve({ model: 'm', cost: 0.8 });
  first?.release();
  const second = await budget?.reserve({ model: 'm', cost: 0.8 });
  await expect(budget?.reserve({ model: 'm', cost: 0.1 })).rejects.toThrow('1 of 1 calls');
  second?.settle({ inputTokens: 1, outputTokens: 1, cost: 0.1 });

  const costly = createCallBudget({ maxCost: 1 });
  await costly?.reserve({ model: 'm', cost: 0.8 });
  const leaving = new AbortController();
  const waiting = costly?.reserve({ model: 'm', cost: 0.8 }, { abortSignal: leaving.signal });
  leaving.abort(new Error('bye'));
  await expect(waiting).rejects.toThrow('bye');
});

test('estimates that were too low are raised by as much', async () => {
  const budget = createCallBudget({ maxCost: 1 });
  const first = await budget?.reserve({ model: 'm', cost: 0.1 });
  first?.settle({ inputTokens: 1, outputTokens: 1, cost: 0.4 });
  await (await budget?.reserve({ model: 'other', cost: 0.2 }))?.release();
  // Now $0.2 may be $0.8, and $0.6 are left.
  await expect(budget?.reserve({ model: 'm', cost: 0.2 })).rejects.toThrow('may cost $0.8');
});

test('an unknown price is refused, never taken for nothing', async () => {
  const budget = createCallBudget({ maxCost: 1 });
  await expect(budget?.reserve({ model: 'who/knows', cost: undefined })).rejects.toThrow(
    'the price of who/knows is not known',
  );
  const calls = createCallBudget({ maxCalls: 1 });
  await expect(calls?.reserve({ model: 'who/knows', cost: undefined })).resolves.toBeDefined();
});

test('a counting budget knows what was called under it, also what still runs', async () => {
  const counting = new CountingBudget(createCallBudget({ maxCalls: 2 }));
  const first = await counting.reserve({ model: 'm', cost: undefined });
  first.settle({ inputTokens: 3, outputTokens: 4, cost: 0.5 });
  expect(counting.usage).toEqual({ calls: 1, inputTokens: 3, outputTokens: 4, cost: 0.5 });
  await counting.reserve({ model: 'm', cost: undefined });
  expect(counting.usage).toEqual({ calls: 2, inputTokens: undefined, outputTokens: undefined, cost: undefined });
  await expect(counting.reserve({ model: 'm', cost: undefined })).rejects.toThrow('2 of 2 calls');
  expect(counting.usage.calls).toBe(2);
});

test('no limits make no budget, and limits that cannot be used are refused', () => {
  expect(createCallBudget({})).toBeUndefined();
  expect(() => createCallBudget({ maxCalls: 0 })).toThrow('Invalid maxCalls 0');
  expect(() => createCallBudget({ maxCost: -1 })).toThrow('Invalid maxCost -1');
});
