import { describe, expect, test } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { SESSION_ACTIONS } from '../../index.ts';
import { type FakeAnswer, FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';
import { act, body, type BlendBody, openParts, partsOf, retrieve, startBlend } from '../__fixtures__/blend-client.ts';
import { longer, post, saying, startFake } from '../__fixtures__/fake-server.ts';

/** A ranker by a name, which counts what it compares. */
function counting() {
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  return { ranker, compared: () => ranker.calls.length };
}

/** Two members, a fuser and rankers, all of which count. */
async function open({
  a: answer = 'short',
  ...more
}: { a?: FakeAnswer | ((call: unknown, index: number) => FakeAnswer) } = {}) {
  const a = new FakeLanguageModel({ modelId: 'a', answer });
  const b = saying('b', 'rather longer');
  const writer = saying('writer', 'the fused answer of both');
  const strict = counting();
  const server = await startFake(
    { models: [a, b], fuser: writer, ...more },
    { config: { rankers: { strict: strict.ranker } } },
  );
  const asked = () => [a.calls.length, b.calls.length, writer.calls.length];
  return { server, a, b, writer, strict, asked };
}

type World = Awaited<ReturnType<typeof open>>;

const take = async ({ server }: Pick<World, 'server'>, blend: BlendBody, action: object) =>
  (await body<{ blend: BlendBody; member?: string }>(await act(server, blend, action, { wait: true }))).blend;

async function idle({ server }: World, blend: BlendBody): Promise<BlendBody> {
  await eventually(async () => expect((await retrieve(server, blend)).status).toBe('idle'));
  return retrieve(server, blend);
}

/** What each action asks of the models a, b and the fuser, after both have answered; and what shows of it. */
const EFFECTS: Readonly<
  Record<(typeof SESSION_ACTIONS)[number], readonly [action: object, asks: readonly number[], shows: object]>
> = {
  run: [{}, [0, 0, 1], { result: { text: 'the fused answer of both' } }],
  ask: [{}, [0, 0, 0], { calls: [{ id: '1' }, { id: '2' }] }],
  add: [
    { member: { model: 'fake/b', samples: 2 } },
    [0, 2, 0],
    { members: [{ id: 'm1' }, { id: 'm2' }, { id: 'm3', samples: 2 }] },
  ],
  change: [{ id: 'm1', change: { samples: 3 } }, [2, 0, 0], { members: [{ id: 'm1', samples: 3 }, {}] }],
  retry: [
    { id: '1' },
    [1, 0, 0],
    {
      calls: [
        { id: '1', takesPart: false },
        { id: '2', takesPart: true },
        { id: '3', takesPart: true },
      ],
    },
  ],
  remove: [{ id: 'm2' }, [0, 0, 0], { members: [{ id: 'm1' }], calls: [{ takesPart: true }, { takesPart: false }] }],
  stop: [{}, [0, 0, 0], {}],
  rank: [
    { settings: { orders: 'both' } },
    [0, 0, 0],
    {
      ranking: {
        candidates: [
          { id: '2', rank: 1 },
          { id: '1', rank: 2 },
        ],
      },
    },
  ],
  fuse: [
    { settings: { from: ['1', '2'] } },
    [0, 0, 1],
    { fusions: [{ id: 'fused', from: ['1', '2'], phase: 'ended' }] },
  ],
  compare: [
    { left: '1', right: '2' },
    [0, 0, 0],
    { compared: [{ left: '1', right: '2', comparison: { phase: 'compare' } }] },
  ],
  continue: [{ from: '2', question: 'And then?' }, [1, 1, 0], { turn: 2, from: '2', question: 'And then?' }],
};

test.each(Object.entries(EFFECTS))('%s: its calls, and what shows', async (type, [fields, asks, shows]) => {
  const world = await open();
  const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
  const before = world.asked();
  await take(world, blend, { type, ...fields });
  const after = await idle(world, blend);
  expect(world.asked().map((count, index) => count - (before[index] ?? 0))).toEqual(asks);
  expect(after.state.turns.at(-1)).toMatchObject(shows);
});

test('every action that the library has is taken, and others are refused by name', async () => {
  expect(Object.keys(EFFECTS)).toEqual(SESSION_ACTIONS);
  const { server } = await open();
  const refused = await act(server, await startBlend(server), { type: 'dance' });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { param: 'type' } });
});

describe('an action', () => {
  test('is answered at once, and goes on', async () => {
    const world = await open();
    const slow = new FakePairRanker({ judge: async ({ left, right }) => left.length - right.length });
    const server = await startFake({ models: [world.a, world.b], fuser: saying('writer', HANG), ranker: slow });
    const blend = await startBlend(server, { start: 'ask' });
    await eventually(async () => expect((await retrieve(server, blend)).status).toBe('idle'));
    const response = await act(server, blend, { type: 'fuse' });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      object: 'blend.action',
      type: 'fuse',
      status: 'running',
      seq: expect.any(Number),
    });
    expect((await retrieve(server, blend)).status).toBe('running');
    expect(await body(await act(server, blend, { type: 'stop', id: 'fused' }))).toMatchObject({ status: 'ended' });
    expect((await retrieve(server, blend)).status).toBe('idle');
  });

  test('says which member it has added', async () => {
    const { server } = await open();
    const blend = await startBlend(server, { start: 'none' });
    expect(await body(await act(server, blend, { type: 'add', member: 'fake/a' }))).toMatchObject({
      member: 'm3',
      status: 'ended',
    });
  });

  test('stops one call and leaves the others', async () => {
    const world = await open({ a: HANG });
    const blend = await startBlend(world.server, { models: [{ model: 'fake/a', samples: 2 }, 'fake/b'], start: 'ask' });
    await eventually(() => expect(world.a.running).toBe(2));
    await body(await act(world.server, blend, { type: 'stop', id: '1' }));
    expect(world.a.running).toBe(1);
    await body(await act(world.server, blend, { type: 'stop', id: 'm1' }));
    expect(world.a.running).toBe(0);
    const { state } = await idle(world, blend);
    expect(state.turns[0]?.calls).toMatchObject([
      { failure: { kind: 'stopped' } },
      { failure: { kind: 'stopped' } },
      { candidate: { text: 'rather longer' } },
    ]);
  });

  test('ranks what is ready, and a run that waits goes on with it', async () => {
    const world = await open({ a: HANG });
    const blend = await startBlend(world.server, { models: ['fake/a', 'fake/b', 'fake/b'] });
    await eventually(async () =>
      expect(
        (await retrieve(world.server, blend)).state.turns[0]?.calls.filter(({ candidate }) => candidate),
      ).toHaveLength(2),
    );
    await body(await act(world.server, blend, { type: 'rank', settings: { ranker: 'strict' } }, { wait: true }));
    const parts = await partsOf(await openParts(world.server, blend), ({ type }) => type === 'blend-end');
    expect(parts.at(-1)).toMatchObject({ result: { text: 'rather longer', candidates: [{}, {}] } });
    // Identical answers take no comparison.
    expect(world.strict.compared()).toBe(0);
    await body(await act(world.server, blend, { type: 'stop' }));
    expect(world.a.running).toBe(0);
  });

  test('ranks by another ranker, and by a judge among the models', async () => {
    const world = await open();
    const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
    await take(world, blend, { type: 'rank', settings: { ranker: 'strict' } });
    expect(world.strict.compared()).toBeGreaterThan(0);
    const before = world.b.calls.length;
    const judged = await take(world, blend, { type: 'rank', settings: { ranker: 'judge:fake/b' } });
    expect(world.b.calls.length).toBeGreaterThan(before);
    expect(judged.state.turns[0]?.ranking?.ranker).toBe('judge:fake/b');
    const settings = { ranker: { judge: 'fake/a', temperature: 0.5 } };
    const response = await act(
      world.server,
      blend,
      { type: 'compare', left: '1', right: '2', settings },
      { wait: true },
    );
    // It was asked, and its answer is no verdict.
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: 'ranker_failed' } }]);
    expect(world.a.calls.at(-1)).toMatchObject({ temperature: 0.5 });
  });

  test('fuses again with another fuser, instruction and insights', async () => {
    const world = await open();
    const blend = await idle(world, await startBlend(world.server));
    const after = await take(world, blend, {
      type: 'fuse',
      settings: {
        fuser: { model: 'fake/b', maxOutputTokens: 99 },
        topK: 2,
        fusionPrompt: 'paper',
        instruction: 'Answer in a table.',
        insights: { agreement: ['The sky is blue.'] },
      },
    });
    expect(after.state.turns[0]?.fusions).toMatchObject([
      { id: 'fused', fuser: 'fake/writer' },
      { id: 'fused-2', fuser: 'fake/b' },
    ]);
    const prompt = JSON.stringify(world.b.calls.at(-1)?.prompt);
    expect(prompt).toContain('Answer in a table.');
    expect(world.b.calls.at(-1)?.maxOutputTokens).toBe(99);
    await take(world, blend, { type: 'fuse', settings: { insights: { agreement: ['The sky is blue.'] } } });
    expect(JSON.stringify(world.writer.calls.at(-1)?.prompt)).toContain('The sky is blue.');
  });

  test('asks a member anew with other settings, or another model', async () => {
    const world = await open();
    const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
    await take(world, blend, { type: 'change', id: 'm1', change: { temperature: 0.25 } });
    expect(world.a.calls.at(-1)).toMatchObject({ temperature: 0.25 });
    const after = await take(world, blend, { type: 'change', id: 'm1', change: { model: 'fake/b' } });
    expect(after.state.turns[0]?.members).toMatchObject([
      { model: 'fake/b', settings: { temperature: 0.25 } },
      { model: 'fake/b' },
    ]);
  });

  test('retries what has failed, and the failure stays to be seen', async () => {
    const world = await open({ a: (_: unknown, index: number) => (index === 0 ? new Error('overloaded') : 'again') });
    const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
    expect(blend.state.turns[0]?.calls[0]?.failure?.message).toContain('overloaded');
    await take(world, blend, { type: 'retry', id: 'm1' });
    const { state } = await idle(world, blend);
    expect(state.turns[0]?.calls).toMatchObject([
      { failure: {}, takesPart: false },
      {},
      { candidate: { text: 'again' } },
    ]);
  });

  test('continues with an image, from a fused answer', async () => {
    const world = await open();
    const blend = await idle(world, await startBlend(world.server));
    const question = [
      { type: 'text', text: 'Like this?' },
      { type: 'image_url', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
    ];
    await take(world, blend, { type: 'continue', from: 'fused', question });
    await eventually(() => expect(world.a.calls).toHaveLength(2));
    expect(world.a.calls[1]?.prompt).toMatchObject([
      { role: 'user', content: [{ text: 'Why?' }] },
      { role: 'assistant', content: [{ text: 'the fused answer of both' }] },
      { role: 'user', content: [{ text: 'Like this?' }, { type: 'file', mediaType: 'image/png' }] },
    ]);
  });

  test('is estimated without a call', async () => {
    const world = await open();
    const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
    const before = world.asked();
    const estimate = (action: object) =>
      post(world.server, `/v1/blends/${blend.id}/estimate`, action).then((response) => body<object>(response));
    expect(await estimate({ type: 'retry', id: 'm1' })).toMatchObject({ calls: { atLeast: 1, atMost: 1 } });
    expect(await estimate({ type: 'add', member: { model: 'fake/b', samples: 4 } })).toMatchObject({
      calls: { atLeast: 4 },
    });
    expect(await estimate({ type: 'stop' })).toMatchObject({ calls: { atMost: 0 } });
    expect(world.asked()).toEqual(before);
  });

  test('stop ends all that runs at once, also where nothing more can be answered', async () => {
    const a = saying('a', HANG);
    const server = await startFake({ models: [a], ranker: longer }, { limits: { concurrency: 1 } });
    const blend = await startBlend(server, { models: [{ model: 'fake/a', samples: 3 }] });
    await eventually(() => expect(a.running).toBe(3));
    expect((await act(server, blend, { type: 'add', member: 'fake/a' })).status).toBe(429);
    expect((await act(server, blend, { type: 'stop' })).status).toBe(200);
    expect(a.running).toBe(0);
    expect(a.calls).toHaveLength(3);
    await eventually(() => expect(server.running).toBe(0));
  });
});

/** What is wrong, with its field. Nothing is asked. */
const MISTAKES: readonly (readonly [action: object, status: number, param: string | null])[] = [
  [{}, 400, 'type'],
  [{ type: 'retry' }, 400, 'id'],
  [{ type: 'retry', id: '99' }, 400, 'id'],
  [{ type: 'retry', id: '__proto__' }, 400, 'id'],
  [{ type: 'stop', id: 'x'.repeat(5000) }, 400, 'id'],
  [{ type: 'run', extra: 1 }, 400, null],
  [{ type: 'add', member: 'openai/gpt-5' }, 404, 'member'],
  [{ type: 'add', member: { model: 'fake/a', samples: 9 } }, 400, 'member.samples'],
  [{ type: 'add', member: { model: 'fake/a', maxOutputTokens: 1e9 } }, 400, 'member.maxOutputTokens'],
  [{ type: 'add', member: { model: 'fake/a', temperature: -1 } }, 400, 'member.temperature'],
  [{ type: 'add', member: { model: 'fake/a', providerOptions: {} } }, 400, 'member'],
  [{ type: 'add', member: { model: 'fake/writer' } }, 404, 'member'],
  [{ type: 'change', id: 'm1', change: { model: 'local/gemma-7b-it' } }, 404, 'change.model'],
  [{ type: 'change', id: 'm9', change: { samples: 2 } }, 400, 'id'],
  [{ type: 'rank', settings: { ranker: '/etc/passwd' } }, 404, 'settings.ranker'],
  [{ type: 'rank', settings: { ranker: 'judge:openai/gpt-5' } }, 404, 'settings.ranker'],
  [{ type: 'rank', settings: { ranker: 'cascade:/etc' } }, 404, 'settings.ranker'],
  [{ type: 'rank', settings: { ranker: 'pairrm' } }, 404, 'settings.ranker'],
  [{ type: 'rank', settings: { strategy: 'magic' } }, 400, 'settings.strategy'],
  [{ type: 'fuse', settings: { fuser: 'openai/gpt-5' } }, 404, 'settings.fuser'],
  [{ type: 'fuse', settings: { from: ['77'] } }, 400, 'from'],
  [{ type: 'fuse', settings: { instruction: '   ' } }, 400, 'instruction'],
  [{ type: 'compare', left: '1', right: 'fused' }, 400, 'id'],
  [{ type: 'continue', from: '1', question: ' ' }, 400, 'question'],
  [{ type: 'continue', from: 'fused', question: 'Why?' }, 400, 'id'],
  [
    { type: 'continue', from: '1', question: [{ type: 'image_url', image_url: 'http://x/y.png' }] },
    400,
    'messages[0].content[0].image_url.url',
  ],
];

test.each(MISTAKES)('%j is refused', async (action, status, param) => {
  const world = await open();
  const blend = await idle(world, await startBlend(world.server, { start: 'ask' }));
  const before = world.asked();
  for (const path of ['actions', 'estimate']) {
    const response = await post(world.server, `/v1/blends/${blend.id}/${path}`, action);
    const { error } = (await response.json()) as { error?: { param: string | null; message: string } };
    if (path === 'actions' || response.status !== 200)
      expect([response.status, error?.param, error?.message]).toEqual([status, param, expect.any(String)]);
    expect(error?.message.length ?? 0).toBeLessThan(1000);
  }
  expect(world.asked()).toEqual(before);
  expect((await retrieve(world.server, blend)).status).toBe('idle');
});

describe('in uncommon orders', () => {
  const status = async (response: Promise<Response>) => (await response).status;

  test('before the question is asked, only what needs no answer is taken', async () => {
    const world = await open();
    const blend = await startBlend(world.server, { start: 'none' });
    for (const action of [
      { type: 'rank' },
      { type: 'fuse' },
      { type: 'compare', left: '1', right: '2' },
      { type: 'continue', from: '1', question: 'Why?' },
      { type: 'retry', id: '1' },
      { type: 'stop', id: 'ranking' },
    ]) {
      expect([action.type, await status(act(world.server, blend, action))]).toEqual([action.type, 400]);
    }
    for (const action of [{ type: 'stop' }, { type: 'remove', id: 'm1' }, { type: 'retry', id: 'm2' }]) {
      expect([action.type, await status(act(world.server, blend, action))]).toEqual([action.type, 200]);
    }
    expect(world.asked()).toEqual([0, 0, 0]);
    await take(world, blend, { type: 'run' });
    expect(world.asked()).toEqual([0, 1, 0]);
  });

  test('two waits for one run have one result, and its calls are made once', async () => {
    const begin = Promise.withResolvers<void>();
    const ranker = new FakePairRanker({
      judge: async ({ left, right }) => {
        await begin.promise;
        return left.length - right.length;
      },
    });
    const [a, b, writer] = [saying('a', 'short'), saying('b', 'rather longer'), saying('writer', 'the fused answer')];
    const server = await startFake({ models: [a, b], fuser: writer, ranker });
    const blend = await startBlend(server, { start: 'none' });
    const waits = Promise.all([1, 2].map(() => take({ server }, blend, { type: 'run' })));
    await eventually(() => expect(server.running).toBe(2));
    begin.resolve();
    const [one, two] = await waits;
    expect(one?.state.turns[0]?.result).toEqual(two?.state.turns[0]?.result);
    expect([a, b, writer].map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
  });

  test('a run that is stopped, closed or forgotten tells who waits for it', async () => {
    const world = await open({ a: HANG });
    const endings: readonly ((blend: BlendBody) => Promise<Response>)[] = [
      (blend) => act(world.server, blend, { type: 'stop' }),
      (blend) => post(world.server, `/v1/blends/${blend.id}/close`, {}),
      (blend) => fetch(`${world.server.url}/v1/blends/${blend.id}`, { method: 'DELETE' }),
    ];
    for (const end of endings) {
      const blend = await startBlend(world.server, { start: 'none', models: ['fake/a'] });
      const waiting = act(world.server, blend, { type: 'run' }, { wait: true });
      await eventually(() => expect(world.a.running).toBe(1));
      expect((await end(blend)).ok).toBe(true);
      expect(world.a.running).toBe(0);
      const response = await waiting;
      expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'stopped' } }]);
    }
    expect(world.server.running).toBe(0);
  });

  test('the next question stops what runs for this one', async () => {
    const world = await open({ a: HANG });
    const blend = await startBlend(world.server);
    await eventually(async () =>
      expect((await retrieve(world.server, blend)).state.turns[0]?.calls[1]?.candidate).toBeDefined(),
    );
    await body(await act(world.server, blend, { type: 'continue', from: '2', question: 'And then?' }));
    const { state } = await retrieve(world.server, blend);
    expect(state.turns).toMatchObject([{ error: 'It was stopped.' }, { turn: 2, question: 'And then?' }]);
    expect(world.a.running).toBe(1);
    // An answer of an earlier turn is still there to be continued from.
    await body(await act(world.server, blend, { type: 'continue', from: '2', question: 'Or else?' }));
    expect(world.a.running).toBe(1);
    await body(await act(world.server, blend, { type: 'stop' }));
    expect(world.a.running).toBe(0);
  });

  test('asking alone, without staying open, ends when the answers are there', async () => {
    const world = await open();
    const blend = await startBlend(world.server, { start: 'ask', keepOpen: false });
    await eventually(async () => expect((await retrieve(world.server, blend)).status).toBe('closed'));
    expect(world.asked()).toEqual([1, 1, 0]);
    const { state } = await retrieve(world.server, blend);
    expect(state.turns[0]?.calls).toMatchObject([{ candidate: { text: 'short' } }, { candidate: {} }]);
  });

  test('a reader at the end waits for what comes, also before anything was asked', async () => {
    const world = await open();
    const blend = await startBlend(world.server, { start: 'none' });
    const stream = await openParts(world.server, blend, { after: 0 });
    await take(world, blend, { type: 'run' });
    const parts = await partsOf(stream, ({ type }) => type === 'blend-end');
    const next = await openParts(world.server, blend, { after: parts.length });
    await take(world, blend, { type: 'compare', left: '1', right: '2' });
    const more = await partsOf(next, ({ type }) => type === 'compare-end');
    expect([more[0]?.type, more[0]?.seq]).toEqual(['compare-start', parts.length + 1]);
  });

  test('the limits of the whole session hold for its actions', async () => {
    const world = await open();
    const blend = await startBlend(world.server, { start: 'none', maxCalls: 2, fusion: false });
    await take(world, blend, { type: 'run' });
    await body(await act(world.server, blend, { type: 'add', member: 'fake/a' }));
    const { state } = await idle(world, blend);
    expect(state.turns[0]?.calls[2]).toMatchObject({ failure: { kind: 'budget' } });
    expect(world.asked()).toEqual([1, 1, 0]);
  });
});
