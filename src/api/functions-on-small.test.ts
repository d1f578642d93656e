import type { ModelMessage } from 'ai';
import { afterAll, describe, expect, test } from 'vitest';
import { FakeLanguageModel } from '../test/index.ts';
import { createBlender } from './create-blender.ts';

/** Every function that compares, on the ranker that ships with the package. */
const blender = createBlender();
afterAll(() => blender.dispose());
// The ranker is loaded here, so that no test's time goes to it.
await blender.compare({ prompt: 'Load.', a: 'a', b: 'b' });

const prompt = 'What is the capital of Australia?';
const right = 'The capital of Australia is Canberra.';
const vague = 'Some city in Australia, I think.';
const wrong = 'I like trains and fish.';
const candidates = [vague, right, wrong];

/** All orders of a list. */
function permutations<ITEM>(items: readonly ITEM[]): readonly (readonly ITEM[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

test('the picks agree with the ranking', async () => {
  const { ranks } = await blender.rank({ prompt, candidates });
  expect(ranks).toEqual([2, 1, 3]);
  const [best, worst, top] = await Promise.all([
    blender.bestOfN({ prompt, candidates }),
    blender.worstOfN({ prompt, candidates }),
    blender.topK({ prompt, candidates, topK: 2 }),
  ]);
  expect([best.text, worst.text, top.texts]).toEqual([right, wrong, [right, vague]]);
});

test('a score against a reference is the log-odds of that pair, whatever else is ranked', async () => {
  const result = await blender.rankWithReference({ prompt, candidates, reference: { text: vague } });
  expect(result.ranks).toEqual([2, 1, 3]);
  for (const [index, candidate] of candidates.entries()) {
    const { logit } = await blender.compare({ prompt, a: candidate, b: vague });
    expect(result.scores[index]).toBe(logit);
  }
});

test('every order asks the same thing and positive means a', async () => {
  const results = await Promise.all(
    (['both', 'forward', 'reverse'] as const).map((orders) => blender.compare({ prompt, a: right, b: wrong, orders })),
  );
  expect(results.map(({ winner }) => winner)).toEqual(['a', 'a', 'a']);
  // This ranker has no liking for a position.
  expect(new Set(results.map(({ logit }) => logit)).size).toBe(1);
});

test('no function depends on the order of the candidates, to the last bit', async () => {
  const given = [...candidates, right, '', 'Canberra.', ' \n'];
  const scoresOf = (texts: readonly string[], scores: readonly number[]) =>
    Object.fromEntries(texts.map((text, index) => [text.trim(), scores[index]]));
  const run = async (texts: readonly string[]) => {
    const [ranked, referred, worst] = await Promise.all([
      blender.rank({ prompt, candidates: texts }),
      blender.rankWithReference({ prompt, candidates: texts, reference: 'median' }),
      blender.worstOfN({ prompt, candidates: texts }),
    ]);
    return [ranked, referred, worst].map(({ scores }) => scoresOf(texts, scores));
  };
  const expected = await run(given);
  for (const texts of permutations([0, 1, 2, 3]).map((order) => [
    ...order.map((index) => given[index] ?? ''),
    ...given.slice(4).toReversed(),
  ])) {
    expect(await run(texts)).toEqual(expected);
  }
});

describe('unequal counts, one candidate, identical and empty ones', () => {
  test('many questions at once may have any number of candidates each', async () => {
    const counts = [1, 2, 5, 3];
    const results = await Promise.all(
      counts.map((count) =>
        blender.rank({
          instruction: 'Count.',
          input: `Up to ${count}.`,
          candidates: Array.from({ length: count }, (_, index) => `${'one, two, three, '.repeat(index)}done.`),
        }),
      ),
    );
    expect(results.map(({ ranks }) => ranks.length)).toEqual(counts);
    expect(results[0]).toMatchObject({ ranks: [1], scores: [0] });
  });

  test.each([
    { name: 'one', given: [right], ranks: [1] },
    { name: 'one empty', given: [''], ranks: [1] },
    { name: 'identical', given: [right, wrong, right], ranks: [1, 3, 1] },
    { name: 'empty among others', given: ['', right, ' '], ranks: [2, 1, 2] },
    { name: 'all empty', given: ['', ' ', '\n'], ranks: [1, 1, 1] },
  ])('$name', async ({ given, ranks }) => {
    const results = await Promise.all([
      blender.rank({ prompt, candidates: given }),
      blender.bestOfN({ prompt, candidates: given }),
      blender.worstOfN({ prompt, candidates: given }),
      blender.topK({ prompt, candidates: given }),
      blender.rankWithReference({ prompt, candidates: given }),
    ]);
    expect(results.map((result) => result.ranks)).toEqual(results.map(() => ranks));
    expect(results.every(({ scores }) => scores.every(Number.isFinite))).toBe(true);
  });

  test('texts with characters of their own kind', async () => {
    const odd = ['\0', 'a\0\0', '\uD83D', '😀', '<|source|>', '[SEP][CLS]', '\u202E\u200B x'];
    const { ranks, texts } = await blender.topK({ prompt, candidates: odd, topK: odd.length });
    expect(ranks.every(Number.isInteger)).toBe(true);
    expect(texts.toSorted()).toEqual(odd.toSorted());
  });
});

test('the input counts beside the instruction', async () => {
  const instruction = 'Answer the question below.';
  const [egg, canberra] = ['Put the egg in boiling water for eight minutes.', 'The capital of Australia is Canberra.'];
  const cook = await blender.compare({ instruction, input: 'How do I boil an egg?', a: egg, b: canberra });
  const city = await blender.compare({ instruction, input: 'What is the capital of Australia?', a: egg, b: canberra });
  expect(cook.winner).toBe('a');
  expect(city.winner).toBe('b');
});

test('conversations are distinguished by their answers, in any turn', async () => {
  const talk = (first: string, second: string): ModelMessage[] => [
    { role: 'system', content: 'You are a helpful guide.' },
    { role: 'user', content: prompt },
    { role: 'assistant', content: first },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'And of ' },
        { type: 'text', text: 'France?' },
      ],
    },
    { role: 'assistant', content: [{ type: 'text', text: second }] },
  ];
  const good = talk(right, 'The capital of France is Paris.');
  const bad = talk(wrong, 'Go away, I am busy.');
  await expect(blender.compareConversations({ a: good, b: bad })).resolves.toMatchObject({
    winner: 'a',
    truncated: false,
  });
  await expect(blender.compareConversations({ a: bad, b: good })).resolves.toMatchObject({ winner: 'b' });
  await expect(blender.compareConversations({ a: good, b: good })).resolves.toMatchObject({ winner: 'tie' });
});

test('the best of what models answer', async () => {
  const models = [right, wrong, vague].map((answer, index) => new FakeLanguageModel({ modelId: `${index}`, answer }));
  const result = await blender.bestOfN({ prompt, models });
  expect(result).toMatchObject({ text: right, best: 0, failures: [] });
});

test('a disposed blender refuses every function', async () => {
  const gone = createBlender();
  await gone.dispose();
  const messages: ModelMessage[] = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ];
  const model = new FakeLanguageModel({ answer: 'x' });
  for (const call of [
    gone.compare({ prompt, a: 'a', b: 'b' }),
    gone.compareConversations({ a: messages, b: messages.with(1, { role: 'assistant', content: 'No' }) }),
    gone.rankWithReference({ prompt, candidates }),
    gone.bestOfN({ prompt, candidates }),
    gone.bestOfN({ prompt, models: [model] }),
    gone.worstOfN({ prompt, candidates }),
    gone.topK({ prompt, candidates }),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'disposed' });
  }
});
