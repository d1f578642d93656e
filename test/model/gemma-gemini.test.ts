import { expect, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { isJudgement, longerIsBetter } from '../wire/gemini-judge.ts';
import { ReplayServer } from '../wire/replay-server.ts';
import { wireOptions } from '../wire/wire-blender.ts';

const model = `local/${process.env['LLM_BLENDER_TEST_MODEL']}`;

test('the notebook’s system with a model on this machine in the place of both Gemmas', async () => {
  await using server = await ReplayServer.start(longerIsBetter);
  await using blender = createBlender(wireOptions(server));
  const result = await blender.blend({
    blend: 'gemma-gemini',
    prompt: 'What is the best thing about Kaggle?',
    models: [{ model, samples: 3, topP: 0.8, temperature: 1, maxOutputTokens: 40, seed: 5 }],
    fuser: { model, maxOutputTokens: 48 },
  });
  expect(result.failures).toEqual([]);
  expect(result.candidates.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  const lengths = result.candidates.map(({ text }) => text.length);
  expect(lengths).toEqual(lengths.toSorted((left, right) => right - left));
  expect(result.fused?.from).toEqual(result.candidates.slice(0, 2).map(({ id }) => id));
  const check = result.comparisons.find(({ phase }) => phase === 'check');
  expect(result.decision).toBe((check?.logit ?? 0) > 0 ? 'fused' : 'best-candidate');
  expect(server.requests.every(isJudgement)).toBe(true);
  expect(server.requests).toHaveLength(6 + (check?.rule === undefined ? 2 : 0));
}, 180_000);
