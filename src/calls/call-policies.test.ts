import { expect, test } from 'vitest';
import { type InProcessModel, isInProcessModel, type ScoreContinuationsOptions } from '../spec/in-process-model.ts';
import type { TraceRecord } from '../telemetry/index.ts';
import { FakeLanguageModel } from '../test/index.ts';
import { CallLedger } from './call-ledger.ts';
import { CallPolicies, scopeModel } from './call-policies.ts';

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
