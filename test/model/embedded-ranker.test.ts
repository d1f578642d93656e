import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createLocalModel } from '../../src/local/index.ts';
import { rank } from '../../src/index.ts';
import { readEmbeddedConfig } from '../../src/rankers/embedded/embedded-config.ts';
import { loadEmbeddedRanker } from '../../src/rankers/embedded/index.ts';
import { createRewardPrompt } from '../../src/rankers/embedded/reward-prompt.ts';
import { describePairRanker } from '../../src/rankers/pair-ranker.contract.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const folder = fileURLToPath(new URL('../../models/embedded', import.meta.url));
const rankerFolder = fileURLToPath(new URL('../../models/small', import.meta.url));

const model = await createLocalModel({
  reference: 'local/smollm2',
  path,
  adapterPath: `${folder}/adapter.gguf`,
  threads: 2,
  contextTokens: 1024,
  maxParallelCalls: 1,
});
const ranker = await loadEmbeddedRanker({ folder, name: 'embedded', model, rankerFolder });
afterAll(() => ranker[Symbol.asyncDispose]());

interface Case {
  readonly instruction: string;
  readonly answer: string;
  readonly ids: readonly number[];
  readonly score: number;
}

// Made by `python -m reward.parity` in training/, with PyTorch and the tokenizer of Hugging Face.
const fixture = new URL('../../src/rankers/embedded/__fixtures__/parity.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Case[];

test('tokens and scores are those of training', async () => {
  const config = await readEmbeddedConfig(folder, 'embedded');
  const promptOf = createRewardPrompt(model, config);
  const next = [config.words.yes, config.words.no].flatMap((word) => model.tokenize(word));
  expect(next).toHaveLength(2);
  const differences: number[] = [];
  for (const { instruction, answer, ids, score } of cases) {
    const { prompt } = promptOf(instruction, answer);
    expect(prompt, JSON.stringify(answer)).toEqual(ids);
    const [yes = 0, no = 0] = await model.scoreTokens({ prompt, next });
    differences.push(Math.abs(yes - no - score));
  }
  // llama.cpp rounds activations to 8 bits, PyTorch does not.
  expect(Math.max(...differences)).toBeLessThan(0.5);
});

describePairRanker('the embedded ranker', { create: () => ranker });

test('a right answer is best, whatever the order of the candidates', async () => {
  const candidates = ['Bananas are yellow.', 'The capital of France is Paris.', 'I cannot help with that.'];
  const question = { prompt: 'What is the capital of France?', ranker };
  const forward = await rank({ ...question, candidates });
  const backward = await rank({ ...question, candidates: candidates.toReversed() });
  expect(forward.ranks[1]).toBe(1);
  // A dozen tokens for each candidate by `small`, and 50 or so by the language model.
  expect(forward.usage.inputTokens).toBeGreaterThan(3 * 50);
  expect(backward.scores.toReversed()).toEqual(forward.scores);
});
