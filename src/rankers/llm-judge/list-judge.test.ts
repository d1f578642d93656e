import { expect, test } from 'vitest';
import { rank } from '../../rank/index.ts';
import { FakeLanguageModel } from '../../test/index.ts';
import { describePairRanker } from '../pair-ranker.contract.ts';
import { createListJudge } from './list-judge.ts';

function shownTexts(call: FakeLanguageModel['calls'][number]): readonly string[] {
  const content = call.prompt[0]?.content;
  const part = Array.isArray(content) ? content[0] : undefined;
  const prompt = part?.type === 'text' ? part.text : '';
  return [...prompt.matchAll(/<(candidate-\d+ \w+)>\n([^]*?)\n<\/\1>/g)].map(([, , text]) => text ?? '');
}

/** Puts the longest first. */
function byLength(call: FakeLanguageModel['calls'][number]): string {
  const texts = shownTexts(call);
  const order = [...texts.keys()].toSorted(
    (first, second) => (texts[second]?.length ?? 0) - (texts[first]?.length ?? 0),
  );
  return order.map((index) => `[${index + 1}]`).join(' > ');
}

function createJudge(answer: ConstructorParameters<typeof FakeLanguageModel>[0]['answer'], promptTokens?: number) {
  const model = new FakeLanguageModel({ answer });
  const judge = createListJudge({
    model,
    name: 'judge-list:fake/model',
    modelName: 'fake/model',
    maxRetries: 0,
    promptTokens,
  });
  return { model, judge };
}

describePairRanker('ListJudge', {
  create: () => createJudge(byLength, 3000).judge,
  skip: [
    {
      law: 'answers the same pair the same, whatever else is in the batch',
      reason: 'all candidates of a task are ranked together: a place depends on who else is there',
    },
  ],
});

test('one call ranks all candidates', async () => {
  const { judge, model } = createJudge(byLength);
  const candidates = ['a', 'bbb', 'cc', 'dddd', 'eeeee', 'bbb'];
  const { ranks, usage, warning } = await rank({ prompt: 'q', candidates, ranker: judge });
  expect(ranks).toEqual([6, 3, 5, 2, 1, 3]);
  expect(model.calls).toHaveLength(1);
  expect(usage.calls).toBe(1);
  expect(warning).toBe('One call ranked all candidates at once: cheaper than in pairs, and less sure.');
});

test('more candidates than a window holds are ranked in windows, and the best still comes first', async () => {
  const { judge, model } = createJudge(byLength);
  const candidates = Array.from({ length: 45 }, (_, index) => 'x'.repeat(index + 1));
  const { ranks, best } = await rank({ prompt: 'q', candidates, ranker: judge });
  expect(best).toBe(44);
  expect(ranks.slice(-5).toReversed()).toEqual([1, 2, 3, 4, 5]);
  expect(model.calls.length).toBeLessThanOrEqual(4);
  expect(Math.max(...model.calls.map((call) => shownTexts(call).length))).toBe(20);
});

test('a candidate that the reply leaves out is unknown', async () => {
  const { judge } = createJudge((call) => {
    const texts = shownTexts(call);
    return `[${texts.indexOf('bb') + 1}] > [${texts.indexOf('a') + 1}]`;
  });
  const { comparisons, ranks } = await rank({ prompt: 'q', candidates: ['a', 'bb', 'ccc'], ranker: judge });
  expect(comparisons.filter(({ logit }) => Number.isNaN(logit))).toHaveLength(2);
  expect(ranks[1]).toBe(1);
});

test('a reply without an order is asked for once more, and then fails', async () => {
  const { judge, model } = createJudge('They are all fine.');
  await expect(rank({ prompt: 'q', candidates: ['a', 'b'], ranker: judge })).rejects.toThrow('holds no order');
  expect(model.calls).toHaveLength(2);
  const [first, second] = model.calls.map(shownTexts);
  expect(second).toEqual(first?.toReversed());
});

test('a failing call fails the ranking with its reason', async () => {
  const { judge } = createJudge(new Error('overloaded'));
  await expect(rank({ prompt: 'q', candidates: ['a', 'b'], ranker: judge })).rejects.toThrow('overloaded');
});
