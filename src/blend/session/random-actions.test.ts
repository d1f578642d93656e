import { expect, test } from 'vitest';
import { FakeFuser, FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';
import type { ModelObject } from '../../spec/model-choice.ts';
import { createRandom } from '../../util/random.ts';
import type { BlendPart } from '../blend-parts.ts';
import { BlendSession } from './blend-session.ts';
import type { MemberChange } from './session-actions.ts';
import { INITIAL_BLEND_STATE, reduceBlend } from './session-state.ts';

const ACTIONS = 30;
const SEEDS = 40;

/** A random choice. */
function chooser(seed: number) {
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random.uniform() * count);
  const one = <VALUE>(values: readonly VALUE[]): VALUE | undefined => values[below(values.length)];
  return { below, one };
}

/** Members that answer at once, after a while, never, and not at all. */
function createWorld({ below, one }: ReturnType<typeof chooser>) {
  const words = () => Array.from({ length: 1 + below(6) }, (_, index) => `word${index} `);
  const models = [
    new FakeLanguageModel({ modelId: 'quick', answer: () => words().join('') }),
    new FakeLanguageModel({ modelId: 'slow', answer: () => ({ words: words(), pauseMs: 1 + below(3) }) }),
    new FakeLanguageModel({ modelId: 'hangs', answer: HANG }),
    new FakeLanguageModel({ modelId: 'fails', answer: new Error('it is broken') }),
    new FakeLanguageModel({ modelId: 'moody', answer: () => one(['', 'fine', HANG, new Error('no')]) ?? '' }),
  ];
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      const mood = below(20);
      if (mood === 0) throw new Error('tired');
      return mood === 1 ? new Promise<number>(() => {}) : left.length - right.length;
    },
  });
  const fuser = new FakeFuser({
    write: ({ candidates }) => {
      const mood = below(6);
      if (mood === 0) throw new Error('dry');
      return mood === 1 ? new Promise<string>(() => {}) : candidates.join(' ');
    },
  });
  // Language models in the place of both, which may hang and fail as well.
  const judge = new FakeLanguageModel({ modelId: 'judge', answer: () => one(['A', 'B', 'Hm.', HANG]) ?? 'A' });
  const writer = new FakeLanguageModel({
    modelId: 'writer',
    answer: () => one(['fused', HANG, new Error('no')]) ?? '',
  });
  return below(2) === 0
    ? { models: [...models, judge, writer], ranker: { judge }, fuser: writer }
    : { models, ranker, fuser };
}

/** Neither begins nor ends, whatever becomes of its call. */
const deaf: ModelObject = {
  specificationVersion: 'v4',
  provider: 'fake',
  modelId: 'deaf',
  supportedUrls: {},
  doGenerate: () => new Promise(() => {}),
  doStream: () => new Promise(() => {}),
};

async function read(stream: ReadableStream<BlendPart>): Promise<readonly BlendPart[]> {
  const parts: BlendPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

/** Every step that has begun has ended, once, and every call has begun before. */
function checkAccounts(parts: readonly BlendPart[]): void {
  const open = new Map<string, number>();
  const count = (key: string, change: number) => {
    const now = (open.get(key) ?? 0) + change;
    expect(now).toBeGreaterThanOrEqual(0);
    open.set(key, now);
  };
  const planned = new Set<string>();
  for (const part of parts) {
    switch (part.type) {
      case 'blend-start':
      case 'members-change':
        for (const { id } of part.calls) if (!planned.has(id)) count(`call ${id}`, 1);
        for (const { id } of part.calls) planned.add(id);
        break;
      case 'candidate-end':
        count(`call ${part.candidate.id}`, -1);
        break;
      case 'candidate-error':
        count(`call ${part.failure.id}`, -1);
        break;
      case 'candidate-delta':
        expect(open.get(`call ${part.id}`)).toBe(1);
        break;
      case 'rank-start':
        count('ranking', 1);
        expect(open.get('ranking')).toBe(1);
        break;
      case 'rank-end':
        count('ranking', -1);
        break;
      case 'fusion-start':
        count(`fusion ${part.id}`, 1);
        break;
      case 'fusion-delta':
        expect(open.get(`fusion ${part.id}`)).toBe(1);
        break;
      case 'fusion-end':
        count(`fusion ${part.id}`, -1);
        if (part.fused !== undefined) count(`check ${part.id}`, 1);
        break;
      case 'check-end':
        count(`check ${part.id}`, -1);
        break;
      case 'compare-start':
        count(`compare ${part.left} ${part.right}`, 1);
        break;
      case 'compare-end':
        count(`compare ${part.left} ${part.right}`, -1);
        break;
      default:
    }
  }
  expect([...open].filter(([, left]) => left !== 0)).toEqual([]);
}

test.each(Array.from({ length: SEEDS }, (_, seed) => [seed]))(
  'random actions leave no call under way, and every part is accounted for (seed %i)',
  async (seed) => {
    const choose = chooser(seed);
    const { below, one } = choose;
    const { models, ranker, fuser } = createWorld(choose);
    const session = new BlendSession({
      prompt: 'Say something.',
      models: models.slice(0, 1 + below(models.length)),
      samples: 1 + below(2),
      ranker,
      fuser,
      maxRetries: 0,
      ...(below(2) === 0 ? {} : { quorum: 1 + below(3), patienceMs: below(5) }),
      ...(below(4) === 0 ? { maxCalls: 5 + below(20) } : {}),
    });
    const early = read(session.parts());
    const outcomes: Promise<unknown>[] = [];
    const state = () => session.state.turns.at(-1);
    const turn = () => one(session.state.turns);
    const call = () => one(state()?.calls ?? [])?.id ?? '1';
    const member = () => one(state()?.members ?? [])?.id ?? 'm1';
    const answer = () => {
      const { calls = [], fusions = [] } = turn() ?? {};
      const known = [...calls.filter(({ candidate }) => candidate), ...fusions.filter(({ fused }) => fused)];
      return one(known)?.id ?? call();
    };
    const rarely = (action: () => unknown) => (below(6) === 0 ? action() : undefined);
    const changes: readonly MemberChange[] = [{ samples: 2 }, { samples: 3 }, { temperature: 1 }, { model: 'none' }];
    const actions: readonly (() => unknown)[] = [
      () => session.run(),
      () => session.ask(),
      () => session.rank(),
      () => session.rank({ strategy: 'bubble' }),
      () => session.fuse({ topK: 1 + below(3) }),
      () => session.fuse({ from: [call(), call()], insights: { agreement: ['They agree.'] } }),
      () => session.compare(answer(), answer()),
      () => session.add({ model: one([...models, deaf]) ?? deaf, samples: 1 + below(2) }),
      () => session.change(member(), one(changes) ?? {}),
      () => session.retry(one([call(), member()]) ?? '1'),
      () => session.add({ model: one(models) ?? deaf, samples: 2 }),
      () => rarely(() => session.remove(one([call(), member()]) ?? '1')),
      () => session.stop(one([call(), member(), 'ranking', 'fused']) ?? '1'),
      () => rarely(() => session.stop()),
      () => rarely(() => session.continueFrom(answer(), 'And then?')),
      () => session.compare(answer(), answer()),
      () => new Promise((resolve) => setTimeout(resolve, below(8))),
    ];
    const first = session.run();
    first.catch(() => {});
    outcomes.push(first);
    let late: Promise<readonly BlendPart[]> | undefined;
    for (let index = 0; index < ACTIONS; index++) {
      const action = one(actions);
      // An action may be refused, such as one on a call that takes no part any more.
      const outcome = (async () => action?.())();
      outcome.catch(() => {});
      outcomes.push(outcome);
      const wait = below(4);
      if (wait < 2) await Promise.race([outcome.catch(() => {}), new Promise((done) => setTimeout(done, 4))]);
      else if (wait === 2) await new Promise((done) => setTimeout(done, 2));
      if (index === 20) late = read(session.parts());
    }
    await session.close();
    await Promise.allSettled(outcomes);

    for (const model of models) await expect.poll(() => model.running, { message: model.modelId }).toBe(0);
    const parts = await early;
    expect(parts.map(({ seq }) => seq)).toEqual(parts.map((_, index) => index + 1));
    expect(parts.at(-1)?.type).toBe('session-end');
    checkAccounts(parts);
    expect(session.state).toEqual(parts.reduce(reduceBlend, INITIAL_BLEND_STATE));
    expect(await late).toEqual(parts);
    expect(await read(session.parts({ after: 10 }))).toEqual(parts.slice(10));
  },
);
