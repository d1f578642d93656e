import { describe, expect, test } from 'vitest';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { bestOfN } from './best-of-n.ts';
import { rank } from './rank.ts';
import { topK } from './top-k.ts';
import { worstOfN } from './worst-of-n.ts';

const prompt = 'Say something.';

/** Prefers the longer text, by the difference, and likes whatever is shown first a little. */
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length + 0.25 });

describe('worstOfN', () => {
  test('finds the worst with the N - 1 pairs of bubble, and ranks the others as far as they are known', async () => {
    const ranker = longer();
    const result = await worstOfN({ prompt, candidates: ['bb', 'a', 'dddd', 'ccc'], ranker, strategy: 'bubble' });
    expect(result).toMatchObject({ text: 'a', worst: 1, ranker: 'fake' });
    expect(result.ranks[1]).toBe(4);
    expect(result.order.at(-1)).toBe(1);
    expect(result.comparisons).toHaveLength(3);
    expect(result.usage.calls).toBe(6);
  });

  test('scores and comparisons say who is better, as those of rank do', async () => {
    const candidates = ['bb', 'a', 'dddd', 'ccc', '', 'a'];
    const seen: number[] = [];
    const result = await worstOfN({
      prompt,
      candidates,
      ranker: longer(),
      strategy: 'full',
      onComparison: ({ left, right, logit }) =>
        seen.push(logit - (candidates[left]?.length ?? 0) + (candidates[right]?.length ?? 0)),
    });
    const ranking = await rank({ prompt, candidates, ranker: longer() });
    expect(result.scores).toEqual(ranking.scores);
    expect(result.ranks).toEqual(ranking.ranks);
    expect(result.order).toEqual(ranking.order);
    for (const { left, right, logit, forward, reverse } of result.comparisons) {
      const difference = (candidates[left]?.length ?? 0) - (candidates[right]?.length ?? 0);
      expect(logit).toBe(difference);
      expect([forward?.logit, reverse?.logit]).toEqual([difference + 0.25, -difference + 0.25]);
    }
    expect(seen).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('does not depend on the order of the candidates', async () => {
    const candidates = ['one', 'two', 'three', 'four', 'five', 'six'];
    const noisy = () =>
      new FakePairRanker({
        judge: ({ left, right }) => Math.sin(left.length * 7.13 + right.charCodeAt(0) * 1.7 + right.length) / 3,
      });
    const expected = await worstOfN({ prompt, candidates, ranker: noisy() });
    for (const shift of [1, 2, 3, 4, 5]) {
      const shifted = [...candidates.slice(shift), ...candidates.slice(0, shift)].toReversed();
      const result = await worstOfN({ prompt, candidates: shifted, ranker: noisy() });
      expect(result.text).toBe(expected.text);
      expect(shifted.map((text) => result.scores[shifted.indexOf(text)])).toEqual(
        shifted.map((text) => expected.scores[candidates.indexOf(text)]),
      );
    }
  });

  test('an empty candidate is the worst, the first of several', async () => {
    const result = await worstOfN({ prompt, candidates: ['bb', ' ', '', 'a'], ranker: longer() });
    expect(result).toMatchObject({ text: ' ', worst: 1, ranks: [1, 3, 3, 2] });
    await expect(worstOfN({ prompt, candidates: ['', ' '], ranker: longer() })).resolves.toMatchObject({
      text: '',
      ranks: [1, 1],
      scores: [0, 0],
    });
  });

  test('one candidate is the worst too, without a call; ties go to the first', async () => {
    const ranker = longer();
    await expect(worstOfN({ prompt, candidates: ['x'], ranker })).resolves.toMatchObject({ text: 'x', ranks: [1] });
    await expect(worstOfN({ prompt, candidates: ['x', 'x'], ranker })).resolves.toMatchObject({
      worst: 0,
      ranks: [1, 1],
    });
    expect(ranker.calls).toHaveLength(0);
  });

  test.each([
    [{ candidates: [] }, 'Invalid candidates (array of 0): expected at least one.'],
    [{ strategy: 'quick' }, 'Invalid strategy "quick"'],
  ])('refuses %j', async (options, message) => {
    await expect(worstOfN({ prompt, candidates: ['a', 'b'], ranker: longer(), ...options } as never)).rejects.toThrow(
      message,
    );
  });
});

describe('topK', () => {
  test('gives the best K, best first, and their indices', async () => {
    const result = await topK({ prompt, candidates: ['bb', 'a', { text: 'dddd' }, 'ccc'], topK: 2, ranker: longer() });
    expect(result).toMatchObject({ texts: ['dddd', 'ccc'], indices: [2, 3], ranks: [3, 4, 1, 2] });
  });

  test('more than there are is all, three by default, ties in the order given', async () => {
    const all = await topK({ prompt, candidates: ['a', 'bb'], topK: 9, ranker: longer() });
    expect(all.texts).toEqual(['bb', 'a']);
    const three = await topK({
      prompt,
      candidates: ['bb', 'aa', 'cc', 'dd'],
      ranker: new FakePairRanker({ judge: () => 0 }),
    });
    expect(three).toMatchObject({ indices: [0, 1, 2], ranks: [1, 1, 1, 1] });
  });

  test('texts come back as they were given, to the last character', async () => {
    const candidates = ['ends with NUL\0\0', ' spaces ', '\uD83D lone surrogate', ''];
    const result = await topK({ prompt, candidates, topK: 4, ranker: longer() });
    expect(result.texts.toSorted()).toEqual(candidates.toSorted());
  });

  test.each([0, -1, 1.5, '2'])('refuses topK %j', async (count) => {
    await expect(topK({ prompt, candidates: ['a'], topK: count as number, ranker: longer() })).rejects.toThrow(
      'expected an integer of at least 1.',
    );
  });
});

describe('bestOfN over models', () => {
  test('asks each model n times and picks the best answer', async () => {
    const wordy = new FakeLanguageModel({ modelId: 'wordy', answer: (_, index) => `${'very '.repeat(index)}well` });
    const terse = new FakeLanguageModel({ modelId: 'terse', answer: 'ok' });
    const parts: string[] = [];
    const result = await bestOfN({
      instruction: 'Speak.',
      input: 'Of the weather.',
      models: [wordy, { model: terse, samples: 1 }],
      samples: 3,
      ranker: longer(),
      strategy: 'bubble',
      onPart: ({ type }) => parts.push(type),
    });
    expect(result.text).toBe('very very well');
    expect(result.candidates.map(({ text }) => text)).toEqual(['well', 'very well', 'very very well', 'ok']);
    expect(result).toMatchObject({ best: 2, failures: [] });
    expect(result.ranks[2]).toBe(1);
    // Four answers and three pairs in both orders.
    expect(result.usage.calls).toBe(4 + 6);
    expect(parts.filter((type) => type === 'candidate-end')).toHaveLength(4);
  });

  test('the ranker is asked about the question, with its input apart', async () => {
    const ranker = longer();
    const model = new FakeLanguageModel({ answer: (_, index) => 'x'.repeat(index + 1) });
    await bestOfN({ instruction: 'Speak.', input: 'Of rain.', models: [model], samples: 2, ranker });
    expect(ranker.pairs[0]?.task).toEqual({ instruction: 'Speak.', input: 'Of rain.' });
  });

  test('a model that fails is a failure, and one answer is enough', async () => {
    const ranker = longer();
    const result = await bestOfN({
      prompt,
      models: [
        new FakeLanguageModel({ answer: 'fine' }),
        new FakeLanguageModel({ modelId: 'broken', answer: new Error('no') }),
      ],
      maxRetries: 0,
      ranker,
    });
    expect(result).toMatchObject({
      text: 'fine',
      ranks: [1],
      failures: [{ id: '2', model: 'fake/broken', kind: 'error' }],
    });
    expect(ranker.calls).toHaveLength(0);
  });

  test('all failing is NoCandidatesError', async () => {
    const model = new FakeLanguageModel({ answer: new Error('no') });
    await expect(
      bestOfN({ prompt, models: [model], samples: 2, maxRetries: 0, ranker: longer() }),
    ).rejects.toMatchObject({
      code: 'no_candidates',
      failures: [{}, {}],
    });
  });

  test.each([
    [{ ranker: 'best' }, 'Invalid ranker "best"'],
    [{ strategy: 'quick' }, 'Invalid strategy "quick"'],
    [{ samples: 0 }, 'Invalid samples 0'],
    [
      { candidates: ['a'] },
      'Invalid candidates (array of 1): pass either candidates or models that generate them, not both.',
    ],
    [{ models: [] }, 'Invalid models (array of 0): name at least one model.'],
  ])('a mistake in the call is reported before a model is called: %j', async (options, message) => {
    const model = new FakeLanguageModel({ answer: 'x' });
    await expect(bestOfN({ prompt, models: [model], ranker: longer(), ...options } as never)).rejects.toThrow(message);
    expect(model.calls).toHaveLength(0);
  });

  test('an abort while the ranker works is the caller’s reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const ranker = new FakePairRanker({
      judge: () => {
        controller.abort(reason);
        return new Promise<number>(() => {});
      },
    });
    const model = new FakeLanguageModel({ answer: (_, index) => `answer ${index}` });
    await expect(bestOfN({ prompt, models: [model], samples: 2, ranker, abortSignal: controller.signal })).rejects.toBe(
      reason,
    );
  });
});
