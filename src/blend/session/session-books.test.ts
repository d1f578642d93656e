import { expect, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { createBlender } from '../../api/index.ts';
import type { PairRanker } from '../../spec/pair-ranker.ts';
import { NO_USAGE } from '../../spec/usage.ts';
import { createRandom } from '../../util/random.ts';

const PRICE = { inputPerMillion: 3, outputPerMillion: 7 };

/** Calls no model, so that every call of a session is one on the wire. */
const longer: PairRanker = {
  specificationVersion: 'v1',
  name: 'longer',
  doCompare: async ({ pairs }) => ({
    judgements: pairs.map(({ left, right }) => ({ logit: left.length - right.length })),
    usage: NO_USAGE,
  }),
};

test.each([1, 2, 3, 4, 5])(
  'over real connections, what a session says it took is in the books of the server, and nothing is left open (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const below = (count: number) => Math.floor(random.uniform() * count);
    await using server = await CountingServer.start(() => {
      const text = 'word '.repeat(1 + below(9)).trim();
      return [{ text }, { text, pauseMs: 3 }, { text, delayMs: 60_000 }, { status: 500 }, { text: '' }][below(5)] ?? {};
    });
    await using blender = createBlender({ prices: { 'books.chat/a': PRICE, 'books.chat/b': PRICE } });
    const session = blender.createBlendSession({
      prompt: 'Say something.',
      models: [server.model('a'), { model: server.model('b'), samples: 2 }],
      ranker: longer,
      fuser: server.model('a'),
      maxRetries: 0,
    });
    const call = () => String(1 + below(8));
    const actions: readonly (() => unknown)[] = [
      () => session.run(),
      () => session.rank(),
      () => session.fuse(),
      () => session.retry(call()),
      () => session.stop(call()),
      () => session.stop('fused'),
      () => session.remove(call()),
      () => session.add(server.model('b')),
      () => session.change('m1', { temperature: 1 }),
      () => session.continueFrom(call(), 'And then?'),
    ];
    await session.ask();
    for (let step = 0; step < 30; step++) {
      const outcome = (async () => actions[below(actions.length)]?.())();
      outcome.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, below(12)));
    }
    await session.close();

    await expect.poll(() => server.running).toBe(0);
    expect(server.requests.filter(({ outcome }) => outcome === 'running')).toEqual([]);
    const { turns, usage } = session.state;
    const open = turns.flatMap(({ calls }) => calls.filter(({ candidate, failure }) => !candidate && !failure));
    expect(open).toEqual([]);
    // A call that is stopped while its connection opens is counted, and the server never hears of it.
    expect(usage.calls).toBeGreaterThanOrEqual(server.requests.length);
    const answered = server.requests.filter(({ outcome }) => outcome === 'answered').length;
    const known = turns
      .flatMap(({ calls, fusions }) => [
        ...calls.flatMap(({ candidate, failure }) => candidate?.usage ?? failure?.usage ?? []),
        ...fusions.flatMap(({ costs }) => costs.map((cost) => cost.usage)),
      ])
      .filter(({ cost, outputTokens }) => cost !== undefined && (outputTokens ?? 0) > 0);
    expect(known.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(answered);
  },
);
