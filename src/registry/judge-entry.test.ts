import { expect, test } from 'vitest';
import type { InProcessModel } from '../spec/in-process-model.ts';
import { FakeLanguageModel } from '../test/index.ts';
import { Resources } from './resources.ts';

/** A model that can be asked how likely a text is. */
function scoringModel(): InProcessModel {
  return Object.assign(new FakeLanguageModel({ answer: 'unused' }), {
    contextTokens: 2048,
    maxParallelCalls: 1,
    countTokens: (text: string) => text.length,
    scoreContinuations: async () => ({ logProbabilities: [-1, -2, -3, -4], inputTokens: 1 }),
  });
}

test('a judge with options is the judge of its model, by the same name', async () => {
  await using resources = new Resources({ models: { mine: { model: scoringModel(), temperature: 0 } } });
  const plain = await resources.resolveRanker('judge:mine');
  const entry = await resources.resolveRanker({ judge: 'mine', providerOptions: { fake: { safe: true } } });
  expect([plain.name, entry.name]).toEqual(['judge:mine', 'judge:mine']);
  const object = await resources.resolveRanker({ judge: scoringModel() });
  expect(object.name).toBe('judge:fake/model');
  const task = { instruction: 'q', input: '' };
  const { judgements } = await object.doCompare({ pairs: [{ task, left: 'a', right: 'b' }] });
  expect(judgements).toMatchObject([{ verdict: 'left' }]);
});

test('a name may stand for one, also behind cascade:', async () => {
  await using resources = new Resources({ rankers: { strict: { judge: scoringModel() } } });
  const cascade = await resources.resolveRanker('cascade:strict');
  expect(cascade.prefilter?.name).toBe('small');
});

test('an object that is neither is refused', async () => {
  await using resources = new Resources();
  await expect(resources.resolveRanker({ model: 'a/b' } as never)).rejects.toThrow(
    'expected a name, an object with doCompare, or { judge }.',
  );
});
