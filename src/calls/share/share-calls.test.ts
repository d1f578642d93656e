import { expect, test } from 'vitest';
import { generateText } from 'ai';
import { askModel } from '../../../test/calls/ask-model.ts';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { CallLedger } from '../call-ledger.ts';
import { CallPolicies } from '../call-policies.ts';

test('fifty identical requests in flight make one call, and every caller hears every piece', async () => {
  await using server = await CountingServer.start(() => ({ text: 'one two three', pauseMs: 10 }));
  const model = new CallPolicies().apply(server.model('m'));
  const heard = Array.from({ length: 50 }, () => [] as string[]);
  const answers = await Promise.all(heard.map((pieces) => askModel(model, { onDelta: (delta) => pieces.push(delta) })));
  expect(server.requests).toHaveLength(1);
  expect(answers.map(({ text }) => text)).toEqual(answers.map(() => 'one two three'));
  expect(new Set(heard.map((pieces) => pieces.join('|')))).toEqual(new Set(['one |two |three']));
  const [first, ...others] = answers.map(({ usage }) => usage);
  expect(first).toEqual({ calls: 1, inputTokens: 100, outputTokens: 10, cost: undefined });
  expect(others).toEqual(others.map(() => ({ calls: 0, savedCalls: 1, inputTokens: 0, outputTokens: 0, cost: 0 })));
});

test('who comes in the middle gets the beginning as well; who comes after the end makes a call', async () => {
  await using server = await CountingServer.start(() => ({ text: 'one two three', pauseMs: 30 }));
  const model = new CallPolicies().apply(server.model('m'));
  let late: ReturnType<typeof askModel> | undefined;
  const first = await askModel(model, { onDelta: () => (late ??= askModel(model)) });
  expect(first.text).toBe('one two three');
  expect((await late)?.text).toBe('one two three');
  expect(server.requests).toHaveLength(1);
  await askModel(model);
  expect(server.requests).toHaveLength(2);
});

test("one caller's abort does not end the others', also that of the first; when all have left the call is aborted", async () => {
  await using server = await CountingServer.start(() => ({ text: 'one two three', pauseMs: 40 }));
  const model = new CallPolicies().apply(server.model('m'));
  const leaving = new AbortController();
  const first = askModel(model, { abortSignal: leaving.signal, onDelta: () => leaving.abort(new Error('enough')) });
  const second = askModel(model);
  await expect(first).rejects.toThrow('enough');
  await expect(second).resolves.toMatchObject({ text: 'one two three', usage: { calls: 0, savedCalls: 1 } });
  expect(server.requests.map(({ outcome }) => outcome)).toEqual(['answered']);

  const all = new AbortController();
  const ledger = new CallLedger();
  const left = [1, 2, 3].map(() =>
    askModel(model, { abortSignal: all.signal, ledger, onDelta: () => all.abort(new Error('bye')) }),
  );
  expect((await Promise.allSettled(left)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect.poll(() => server.requests.at(-1)?.outcome).toBe('left');
  expect(server.requests).toHaveLength(2);
  expect(ledger.usage).toEqual({ calls: 1, inputTokens: undefined, outputTokens: undefined, cost: undefined });
});

test('samples stay different answers, and a caller without a scope shares only what would be the same', async () => {
  await using server = await CountingServer.start(() => ({ delayMs: 30 }));
  const model = new CallPolicies().apply(server.model('m'));
  const samples = await Promise.all([1, 2, 3].map((sample) => askModel(model, { sample })));
  expect(new Set(samples.map(({ text }) => text)).size).toBe(3);
  expect(server.requests).toHaveLength(3);

  await Promise.all([1, 2].map(() => generateText({ model, prompt: 'Why?' })));
  expect(server.requests).toHaveLength(5);
  await Promise.all([1, 2].map(() => generateText({ model, prompt: 'Why?', temperature: 0 })));
  await Promise.all([1, 2].map(() => generateText({ model, prompt: 'Why?', seed: 1 })));
  expect(server.requests).toHaveLength(7);
});

test('a failure is everybodys, and is not kept', async () => {
  await using server = await CountingServer.start((_, index) =>
    index === 0 ? { status: 400, delayMs: 20 } : { text: 'better' },
  );
  const model = new CallPolicies().apply(server.model('m'));
  const settled = await Promise.allSettled([askModel(model), askModel(model)]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(server.requests).toHaveLength(1);
  await expect(askModel(model)).resolves.toMatchObject({ text: 'better' });
});
