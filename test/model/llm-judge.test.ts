import { afterAll, expect, test } from 'vitest';
import { compare, createBlender, rank } from '../../src/index.ts';
import { describePairRanker } from '../../src/rankers/pair-ranker.contract.ts';
import { createInProcessJudge } from '../../src/rankers/llm-judge/index.ts';
import type { PairRanker } from '../../src/spec/pair-ranker.ts';
import { isInProcessModel } from '../../src/spec/in-process-model.ts';

const blender = createBlender();
const name = `judge:local/${process.env['LLM_BLENDER_TEST_MODEL']}`;

afterAll(() => blender.dispose());

async function createJudge(): Promise<PairRanker> {
  const model = await blender.model(name.slice('judge:'.length));
  if (!isInProcessModel(model)) throw new Error('a local model scores continuations');
  return createInProcessJudge({ model, name });
}

describePairRanker('InProcessJudge on the embedded model', { create: createJudge });

test('the four choices are a distribution, and both orders are asked', async () => {
  const result = await compare({
    prompt: 'What is 2 + 2?',
    a: '2 + 2 is 4.',
    b: 'I like trains.',
    ranker: await createJudge(),
  });
  expect(result.usage.calls).toBe(2);
  for (const judgement of [result.forward, result.reverse]) {
    const shares = Object.values(judgement?.verdictProbabilities ?? {});
    expect(shares).toHaveLength(4);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  }
  expect(result.logit).toBeCloseTo(((result.forward?.logit ?? 0) - (result.reverse?.logit ?? 0)) / 2, 12);
});

test('a ranking repeats', async () => {
  const candidates = ['Paris is the capital of France.', 'London.', 'The capital of France is Lyon, I think.'];
  const ask = async () => rank({ prompt: 'What is the capital of France?', candidates, ranker: await createJudge() });
  const first = await ask();
  const second = await ask();
  expect(second.scores).toEqual(first.scores.map((score) => expect.closeTo(score, 3)));
  expect(second.ranks).toEqual(first.ranks);
  expect(first.warning === undefined).toBe(!/\d+m\b/i.test(name));
});
