import { expect, test } from 'vitest';
import { FakeFuser, FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { createBlender } from './create-blender.ts';

const prompt = 'Say something.';
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

test('an alias stands for its model and settings in every function; settings beside it go first', async () => {
  const model = new FakeLanguageModel({ answer: 'text' });
  const fuser = new FakeLanguageModel({ answer: 'fused' });
  await using blender = createBlender({
    models: {
      warm: { model, temperature: 0.9, topP: 0.5, samples: 2 },
      plain: model,
      writer: { model: fuser, seed: 4 },
    },
    blends: {
      mine: { models: ['warm', { model: 'warm', temperature: 0.1, samples: 1 }], temperature: 0.3, fusion: false },
    },
    rankers: { own: longer() },
  });
  const asked = () => model.calls.splice(0).map(({ temperature, topP }) => [temperature, topP]);
  await blender.blend({ prompt, blend: 'mine', ranker: 'own' });
  expect(asked()).toEqual([
    [0.9, 0.5],
    [0.9, 0.5],
    [0.1, 0.5],
  ]);
  await blender.generateCandidates({ prompt, models: ['plain', { model: 'warm', samples: 1, topP: undefined }] });
  expect(asked()).toEqual([
    [undefined, undefined],
    [0.9, 0.5],
  ]);
  await blender.bestOfN({ prompt, models: ['warm'], ranker: 'own' });
  expect(asked()).toHaveLength(2);
  await blender.fuse({ prompt, candidates: ['a', 'b'], fuser: 'writer' });
  await blender.fuse({ prompt, candidates: ['a', 'b'], fuser: { model: 'writer', seed: 5 } });
  expect(fuser.calls.map(({ seed }) => seed)).toEqual([4, 5]);
});

test('a model that is loaded by its alias takes the settings where a call gives none', async () => {
  const model = new FakeLanguageModel({ answer: 'text' });
  await using blender = createBlender({ models: { warm: { model, temperature: 0.9, seed: 1, stopSequences: ['x'] } } });
  const warm = await blender.model('warm');
  await warm.doStream({ prompt: [], temperature: 0.2 });
  expect(model.calls[0]).toMatchObject({ temperature: 0.2, seed: 1, stopSequences: ['x'] });
});

test('a ranker goes by its name, also behind cascade:', async () => {
  const expensive = longer();
  await using blender = createBlender({ rankers: { expensive, deep: 'cascade:expensive', round: 'cascade:round' } });
  expect(await blender.rank({ prompt, candidates: ['aa', 'a'], ranker: 'expensive' })).toMatchObject({ ranks: [1, 2] });
  expect(expensive.calls).toHaveLength(1);
  await expect(blender.compare({ prompt, a: 'x', b: 'y', ranker: 'round' })).rejects.toThrow(
    'Invalid ranker "cascade:cascade:round"',
  );
  await expect(blender.compare({ prompt, a: 'x', b: 'y', ranker: 'none' })).rejects.toThrow('Invalid ranker "none"');
});

test('defaults hold where neither the call nor its blend says otherwise', async () => {
  const [one, two] = [longer(), longer()];
  const models = [new FakeLanguageModel({ answer: 'a' }), new FakeLanguageModel({ answer: 'bb' })];
  const fuser = new FakeFuser({ write: () => 'fused' });
  await using blender = createBlender({
    blends: { mine: { models }, other: { models, ranker: two } },
    defaults: { blend: 'mine', ranker: one, fuser, orders: 'forward' },
  });
  const asked = () => [one, two].map(({ calls }) => calls.splice(0).length > 0);
  expect(await blender.blend({ prompt })).toMatchObject({ text: 'fused', usage: { calls: 2 + 1 + 1 + 2 } });
  expect(asked()).toEqual([true, false]);
  await blender.blend({ prompt, blend: 'other', fusion: false });
  expect(asked()).toEqual([false, true]);
  await blender.blend({ prompt, ranker: two, fusion: false, models: ['x/y', ...models], maxRetries: 0 });
  expect(asked()).toEqual([false, true]);
  expect(await blender.compare({ prompt, a: 'a', b: 'bb', ranker: undefined })).toMatchObject({ usage: { calls: 1 } });
  expect(asked()).toEqual([true, false]);
  expect(await blender.fuse({ prompt, candidates: ['a', 'bb'] })).toMatchObject({ text: 'fused' });
  await expect(blender.blend({ prompt, blend: 'none' })).rejects.toThrow(
    'expected one of: local, gemma-gemini, paper, mine, other.',
  );
});
