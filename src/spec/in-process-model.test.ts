import { expect, test } from 'vitest';
import { CallLedger, CallPolicies, reshapeModel, scopeModel } from '../calls/index.ts';
import { withDefaultSettings } from '../registry/with-default-settings.ts';
import type { TraceRecord } from '../telemetry/index.ts';
import { FakeLanguageModel } from '../test/index.ts';
import {
  type InProcessModel,
  isInProcessModel,
  type ScoreContinuationsOptions,
  wrapModel,
} from './in-process-model.ts';

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

test('middleware leaves a model in this process whole', async () => {
  const inner = new FakeInProcessModel({ answer: 'one' });
  const once = wrapModel(inner, { specificationVersion: 'v4' });
  await expectWhole(once, inner);
  await expectWhole(wrapModel(once, { specificationVersion: 'v4' }), inner);
  expect(isInProcessModel(wrapModel(new FakeLanguageModel({ answer: 'one' }), []))).toBe(false);
});

test('policies, scopes, records and settings leave it whole, and count its scoring', async () => {
  const inner = new FakeInProcessModel({ answer: 'one' });
  const records: TraceRecord[] = [];
  const policies = new CallPolicies({ observing: { recordContent: false, onTrace: (record) => records.push(record) } });
  const named = reshapeModel(policies.apply(inner), (model) => withDefaultSettings(model, { temperature: 0 }));
  await expectWhole(named, inner);
  const ledger = new CallLedger();
  const scoped = scopeModel(named, { ledger });
  await expectWhole(scoped, inner);
  expect(ledger.usage).toMatchObject({ calls: 1, inputTokens: 7, cost: 0 });
  expect(records.map(({ type }) => type)).toEqual(['score', 'score']);
  await scoped.doStream({ prompt });
  expect(inner.calls[0]).toMatchObject({ temperature: 0 });
});
