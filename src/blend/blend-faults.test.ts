import { expect, test } from 'vitest';
import { CountingServer, type Reply } from '../../test/calls/counting-server.ts';
import { NoCandidatesError } from '../error/index.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import { createRandom } from '../util/random.ts';
import { type Blender, createBlender } from '../api/index.ts';

const BLENDS = 1000;
const AT_ONCE = 25;
const PRICE = { inputPerMillion: 3, outputPerMillion: 7 };

/** Calls no model, so that every call of a blend is one on the wire. */
const longer: PairRanker = {
  specificationVersion: 'v1',
  name: 'longer',
  doCompare: async ({ pairs }) => ({
    judgements: pairs.map(({ left, right }) => ({ logit: left.length - right.length })),
    usage: NO_USAGE,
  }),
};

/** Fifteen in a hundred requests go wrong, each in one of eight ways. */
function faulty(): (body: unknown, index: number) => Reply {
  const random = createRandom(11);
  const soon = { 'retry-after-ms': '2' };
  const faults: readonly Reply[] = [
    { status: 400 },
    { status: 401 },
    { status: 429, headers: soon },
    { status: 500, headers: soon },
    { status: 529, headers: soon },
    { text: '' },
    { cut: 'before' },
    { cut: 'within', text: 'cut after the first word' },
  ];
  return () => {
    const fault = random.uniform() < 0.15 ? faults[Math.floor(random.uniform() * faults.length)] : undefined;
    const length = 1 + Math.floor(random.uniform() * 12);
    return { text: 'word '.repeat(length).trim(), inputTokens: 10 + length, outputTokens: length, ...fault };
  };
}

/** What a blend says it took, whether or not it gave an answer. */
async function runOne(
  blender: Blender,
  server: CountingServer,
  index: number,
): Promise<{ usage: Usage; failures: readonly CallFailure[]; candidates: number }> {
  try {
    const { usage, failures, candidates } = await blender.blend({
      prompt: `Blend number ${index}.`,
      models: [server.model('a'), { model: server.model('b'), samples: 2 }],
      ranker: longer,
      fuser: server.model('a'),
      maxRetries: 1,
    });
    return { usage, failures, candidates: candidates.length };
  } catch (error) {
    if (!(error instanceof NoCandidatesError)) throw error;
    const failures: readonly CallFailure[] = error.failures;
    return { usage: addUsage(...failures.map(({ usage = NO_USAGE }) => usage)), failures, candidates: 0 };
  }
}

test(
  `in ${BLENDS} blends with faults at random no candidate is lost, and calls and cost are those of the server's own books`,
  { timeout: 600_000 },
  async () => {
    await using server = await CountingServer.start(faulty());
    await using blender = createBlender({
      prices: { 'books.chat/a': PRICE, 'books.chat/b': PRICE },
      limits: { books: { concurrency: 16 } },
    });
    const waiting = Array.from({ length: BLENDS }, (_, index) => index);
    const results: Awaited<ReturnType<typeof runOne>>[] = [];
    const worker = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        results[index] = await runOne(blender, server, index);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));

    const seen = Map.groupBy(server.requests, ({ body }) =>
      Number(/Blend number (\d+)\./.exec(JSON.stringify(body.messages))?.[1]),
    );
    let unknown = 0;
    for (const [index, { usage, failures, candidates }] of results.entries()) {
      const requests = seen.get(index) ?? [];
      expect(candidates + failures.filter(({ phase }) => phase === 'generate').length).toBe(3);
      expect(usage.calls).toBe(requests.length);
      // What a broken connection cost, nobody has said; whatever else was answered or refused has its price.
      const isKnown = requests.every(({ outcome }) => outcome === 'answered' || outcome === 'refused');
      const cost = requests.reduce(
        (sum, { inputTokens, outputTokens }) => sum + (inputTokens * 3 + outputTokens * 7) / 1e6,
        0,
      );
      if (isKnown) expect(usage.cost).toBeCloseTo(cost, 12);
      else expect(usage.cost).toBeUndefined();
      if (!isKnown) unknown += 1;
    }
    expect(results.reduce((sum, { usage }) => sum + usage.calls, 0)).toBe(server.requests.length);
    // The test would be none without faults.
    expect(server.requests.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(100);
    expect(unknown).toBeGreaterThan(20);
    expect(results.flatMap(({ failures }) => failures).length).toBeGreaterThan(50);
  },
);
