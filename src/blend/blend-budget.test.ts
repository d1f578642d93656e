import { expect, test } from 'vitest';
import { CountingServer, type Reply } from '../../test/calls/counting-server.ts';
import { streamAnswer } from '../calls/index.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { addUsage, NO_USAGE } from '../spec/usage.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { createBlender } from '../api/index.ts';

const prompt = 'Say something.';
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const prices = { 'books/m': { inputPerMillion: 1000, outputPerMillion: 10_000 } };

/** A judge that asks a model on the wire, one pair after the other. */
function judgeBy(model: ModelObject): PairRanker {
  return {
    specificationVersion: 'v1',
    name: 'judge:books/judge',
    async doCompare({ pairs, budget, abortSignal, onJudgement }) {
      let usage = NO_USAGE;
      const judgements = [];
      for (const [index, { left, right }] of pairs.entries()) {
        const answer = await streamAnswer({
          model,
          name: 'books/judge',
          prompt: { messages: [{ role: 'user', content: `${left}\n${right}` }], system: undefined },
          settings: { temperature: 0, maxOutputTokens: 10 },
          maxRetries: 0,
          timeoutMs: undefined,
          budget,
          abortSignal,
        });
        usage = addUsage(usage, answer.usage);
        const judgement = { logit: left.length - right.length };
        judgements.push(judgement);
        onJudgement?.(index, judgement);
      }
      return { judgements, usage };
    },
  };
}

const texts = ['a', 'the longest of them', 'bbb', 'fused and longer than the longest'];
const inTurn = (_: unknown, index: number): Reply => ({ text: texts[index] ?? 'and so on' });

test('out of calls while candidates are asked for: the rest are failures, and the best of those there are is the answer', async () => {
  await using server = await CountingServer.start(inTurn);
  await using blender = createBlender({ prices });
  const result = await blender.blend({
    prompt,
    models: [server.model('m')],
    samples: 3,
    ranker: longer(),
    maxCalls: 2,
  });
  expect(server.requests).toHaveLength(2);
  expect(result).toMatchObject({
    text: 'the longest of them',
    stopped: 'budget',
    decision: 'best-candidate',
    decisionReason: 'The best candidate is the answer: the budget allows no fusion.',
    failures: [
      { phase: 'generate', kind: 'budget', id: '3' },
      { phase: 'fuse', kind: 'budget' },
    ],
    cost: expect.closeTo(0.4, 10),
  });
});

test('out of calls while ranking: what was compared says which is best', async () => {
  await using server = await CountingServer.start(inTurn);
  await using blender = createBlender();
  const ranker = judgeBy(server.model('judge'));
  const result = await blender.blend({ prompt, models: [server.model('m')], samples: 3, ranker, maxCalls: 7 });
  expect(server.requests).toHaveLength(7);
  expect(result).toMatchObject({
    text: 'the longest of them',
    stopped: 'budget',
    decisionReason: 'The best candidate is the answer: the budget allowed no complete ranking.',
    failures: [{ phase: 'rank', kind: 'budget' }],
    usage: { calls: 7, inputTokens: 700, outputTokens: 70 },
  });
});

test('out of calls for the check: the best candidate stays', async () => {
  await using server = await CountingServer.start(inTurn);
  await using blender = createBlender();
  const ranker = judgeBy(server.model('judge'));
  const given = { prompt, models: [server.model('m')], samples: 2, ranker, fuser: server.model('m') };
  const cut = await blender.blend({ ...given, maxCalls: 5 });
  expect(cut).toMatchObject({
    stopped: 'budget',
    decision: 'best-candidate',
    decisionReason: 'The budget allowed no check of the fused answer, so the best candidate stays.',
    usage: { calls: 5 },
  });
  expect(server.requests).toHaveLength(5);
});

test('enough of everything is not stopped', async () => {
  await using server = await CountingServer.start(inTurn);
  await using blender = createBlender({ prices });
  const result = await blender.blend({
    prompt,
    models: [server.model('m')],
    samples: 3,
    ranker: longer(),
    maxCalls: 4,
    maxCost: 200,
  });
  expect(result.stopped).toBeUndefined();
  expect(result).toMatchObject({ decision: 'fused', cost: expect.closeTo(0.8, 10), usage: { calls: 4 + 6 + 2 } });
});

test('a limit on cost with a price that is not known is refused before any call', async () => {
  await using server = await CountingServer.start();
  await using blender = createBlender({ prices });
  const known = server.model('m');
  for (const [models, fuser, name] of [
    [[known, server.model('unpriced')], undefined, 'books.chat/unpriced'],
    [[known, known], server.model('writer'), 'books.chat/writer'],
  ] as const) {
    await expect(blender.blend({ prompt, models, fuser, ranker: longer(), maxCost: 1 })).rejects.toThrow(
      `Invalid maxCost 1: the price of ${name} is not known`,
    );
  }
  expect(server.requests).toHaveLength(0);
});

test.each(['strict', 'entry', 'careful', 'cascade:strict', 'cascade:entry', 'judge-list:arbiter'])(
  'a limit on cost with the judge %s, whose price is not known, is refused before any call',
  async (ranker) => {
    await using server = await CountingServer.start();
    await using blender = createBlender({
      prices,
      models: { arbiter: server.model('unpriced') },
      rankers: { strict: 'judge:arbiter', entry: { judge: 'arbiter' }, careful: 'cascade:judge:arbiter' },
    });
    const models = [server.model('m')];
    for (const rankers of [{ ranker }, { ranker: longer(), checkRanker: ranker }]) {
      await expect(blender.blend({ prompt, models, samples: 2, ...rankers, maxCost: 1 })).rejects.toThrow(
        'Invalid maxCost 1: the price of arbiter is not known',
      );
    }
    expect(server.requests).toHaveLength(0);
  },
);

test('a limit that allows no call at all leaves no candidate', async () => {
  await using server = await CountingServer.start();
  await using blender = createBlender({ prices });
  await expect(
    blender.blend({ prompt, models: [server.model('m')], ranker: longer(), maxCost: 0.000_001 }),
  ).rejects.toMatchObject({ name: 'NoCandidatesError', failures: [{ kind: 'budget' }] });
  expect(server.requests).toHaveLength(0);
});

test('identical answers are compared once', async () => {
  const models = ['one', 'one', 'three', 'one', 'three'].map((answer) => new FakeLanguageModel({ answer }));
  const ranker = longer();
  await using blender = createBlender();
  const result = await blender.blend({ prompt, models, ranker, fusion: false });
  // One pair of different texts, in both orders.
  expect(ranker.pairs).toHaveLength(2);
  expect(result.candidates.map(({ rank }) => rank)).toEqual([1, 1, 3, 3, 3]);
});
