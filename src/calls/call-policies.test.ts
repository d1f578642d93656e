import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type InProcessModel, isInProcessModel, type ScoreContinuationsOptions } from '../spec/in-process-model.ts';
import type { TraceRecord } from '../telemetry/index.ts';
import { FakeLanguageModel } from '../test/index.ts';
import { CallLedger } from './call-ledger.ts';
import { type Call, type CallPolicy, CallProgress } from './call.ts';
import { CallPolicies, scopeModel } from './call-policies.ts';
import { streamAnswer } from './stream-answer.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

/** Its further methods need their `this`, as those of a class do. */
class FakeInProcessModel extends FakeLanguageModel implements InProcessModel {
  readonly contextTokens = 2048;
  readonly maxParallelCalls = 3;
  readonly scored: ScoreContinuationsOptions[] = [];

  countTokens(text: string): number {
    return text.length + this.scored.length;
  }

  async scoreContinuations(options: ScoreContinuationsOptions) {
    this.scored.push(options);
    return { logProbabilities: options.continuations.map(() => -1), inputTokens: 7 };
  }
}

/** Expects that a model can do what only a model in this process can. */
async function expectWhole(model: unknown, inner: FakeInProcessModel): Promise<void> {
  if (!isInProcessModel(model)) throw new Error('No model in this process.');
  expect([model.contextTokens, model.maxParallelCalls]).toEqual([2048, 3]);
  const before = inner.scored.length;
  const options = { prompt, continuations: ['A', 'B'] };
  expect(await model.scoreContinuations(options)).toEqual({ logProbabilities: [-1, -1], inputTokens: 7 });
  expect(inner.scored.slice(before)).toEqual([options]);
  expect(model.countTokens('four')).toBe(4 + inner.scored.length);
}

test('policies, scopes, records and settings leave a model in this process whole, and count its scoring', async () => {
  const inner = new FakeInProcessModel({ answer: 'one' });
  const records: TraceRecord[] = [];
  const policies = new CallPolicies({ observing: { recordContent: false, onTrace: (record) => records.push(record) } });
  const named = policies.apply(inner).withDefaults({ temperature: 0 });
  await expectWhole(named, inner);
  const ledger = new CallLedger();
  const scoped = scopeModel(named, { ledger });
  await expectWhole(scoped, inner);
  expect(ledger.usage).toMatchObject({ calls: 1, inputTokens: 7, cost: 0 });
  expect(records.map(({ type }) => type)).toEqual(['score', 'score']);
  await scoped.doStream({ prompt });
  expect(inner.calls[0]).toMatchObject({ temperature: 0 });
});

test('settings of a call come before the defaults; provider options are merged', async () => {
  const inner = new FakeLanguageModel({ answer: 'one' });
  const model = new CallPolicies()
    .apply(inner)
    .withDefaults({ temperature: 0, seed: 1, providerOptions: { a: { x: 1, y: 1 }, b: { z: 1 } } })
    .withDefaults({ seed: 2, stopSequences: ['END'] });
  await model.doStream({ prompt, temperature: 0.5, providerOptions: { a: { y: 2 } } });
  expect(inner.calls[0]).toMatchObject({
    temperature: 0.5,
    seed: 2,
    stopSequences: ['END'],
    providerOptions: { a: { x: 1, y: 2 }, b: { z: 1 } },
  });
});

test('many calls leave nothing on a signal that outlives them', async () => {
  const { signal } = new AbortController();
  const model = new CallPolicies({ cache: undefined }).apply(new FakeLanguageModel({ answer: 'one two' }));
  const ask = (number: number) =>
    streamAnswer({
      model,
      name: 'fake/model',
      prompt: { messages: [{ role: 'user', content: `Question ${number % 50}?` }], system: undefined },
      settings: {},
      abortSignal: signal,
    });
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  }
});

test('the policy of the guide works as it stands there', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../docs/calls.md'), 'utf8');
  const [, source = ''] = /```typescript\n(import type \{ CallPolicy \}.*?)```/s.exec(guide) ?? [];
  const code = stripTypeScriptTypes(source);
  const { moderateCalls } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    moderateCalls: (isAllowed: (prompt: string) => Promise<boolean>) => CallPolicy;
  };
  const policy = moderateCalls(async (text) => !text.includes('forbidden'));
  const reply = { kind: 'generate', result: { content: [] } } as never;
  const send = (text: string) =>
    policy(
      {
        options: { prompt: [{ role: 'system', content: text }] },
        progress: new CallProgress(),
      } as Partial<Call> as Call,
      async () => reply,
    );
  expect(await send('fine')).toBe(reply);
  await expect(send('forbidden')).rejects.toThrow('The prompt is not allowed.');
});
