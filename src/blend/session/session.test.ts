import { describe, expect, onTestFinished, test } from 'vitest';
import { createBlendSession, createBlender } from '../../api/index.ts';
import { FakeFuser, FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';
import type { BlendOptions } from '../blend-options.ts';
import type { BlendPart } from '../blend-parts.ts';
import type { BlendSession } from './blend-session.ts';
import { INITIAL_BLEND_STATE, reduceBlend } from './session-state.ts';

const say = (text: string) => new FakeLanguageModel({ modelId: text, answer: text });
const hanging = () => new FakeLanguageModel({ modelId: 'hangs', answer: HANG });
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const joining = () => new FakeFuser({ write: ({ candidates }) => candidates.join(' ') });

function open(options: Partial<BlendOptions> = {}): BlendSession {
  const session = createBlendSession({
    prompt: 'Say something.',
    models: [say('one'), say('three')],
    ranker: longer(),
    fuser: joining(),
    maxRetries: 0,
    ...options,
  } as Parameters<typeof createBlendSession>[0]);
  onTestFinished(() => session.close());
  return session;
}

/** The present turn. */
function turnOf({ state }: BlendSession) {
  const turn = state.turns.at(-1);
  if (turn === undefined) throw new Error('Nothing was asked.');
  return turn;
}

/** Waits until the calls with these ids have ended. */
async function ended(session: BlendSession, ...ids: readonly string[]): Promise<void> {
  const isOver = (id: string) => {
    const call = turnOf(session).calls.find((known) => known.id === id);
    return call?.candidate !== undefined || call?.failure !== undefined;
  };
  await expect.poll(() => ids.every(isOver)).toBe(true);
}

async function read(stream: ReadableStream<BlendPart>): Promise<readonly BlendPart[]> {
  const parts: BlendPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('a run', () => {
  test('asks, ranks, fuses and checks, and the state has all of it', async () => {
    const session = open();
    expect(session.state).toBe(INITIAL_BLEND_STATE);
    const result = await session.run();
    expect(result).toMatchObject({ text: 'three one', decision: 'fused' });
    expect(session.state.usage).toEqual(result.usage);
    expect(turnOf(session)).toMatchObject({
      turn: 1,
      question: 'Say something.',
      from: undefined,
      members: [
        { id: 'm1', model: 'fake/one', samples: 1 },
        { id: 'm2', model: 'fake/three', samples: 1 },
      ],
      calls: [
        { id: '1', member: 'm1', text: 'one', candidate: { text: 'one' }, takesPart: true },
        { id: '2', member: 'm2', candidate: { text: 'three' } },
      ],
      ranking: {
        ranker: 'fake',
        from: ['1', '2'],
        progress: { done: 1, total: 1 },
        candidates: [{ id: '2', rank: 1 }, {}],
      },
      fusions: [
        {
          id: 'fused',
          phase: 'ended',
          text: 'three one',
          from: ['2', '1'],
          decision: { decision: 'fused' },
          probability: result.fused?.probability,
          comparison: { phase: 'check', left: 'fused', right: '2' },
        },
      ],
      result,
    });
    expect(JSON.parse(JSON.stringify(session.state))).toMatchObject({ seq: session.state.seq });
  });

  test('is one at a time, and can be repeated', async () => {
    const session = open();
    const [first, second] = await Promise.all([session.run(), session.run()]);
    expect(first).toBe(second);
    const again = await session.run();
    expect(again.text).toBe('three one');
    expect(turnOf(session).fusions.map(({ id }) => id)).toEqual(['fused', 'fused-2']);
  });

  test('that fails says so in a part, and the session goes on', async () => {
    const session = open({ models: [new FakeLanguageModel({ modelId: 'bad', answer: new Error('broken') })] });
    await expect(session.run()).rejects.toThrow('No model gave an answer (1 asked)');
    expect(turnOf(session).error).toContain('fake/bad: broken');
    session.add(say('fine'));
    expect(await session.run()).toMatchObject({ text: 'fine' });
    expect(turnOf(session).error).toBeUndefined();
  });

  test('that is stopped leaves the answers that are there', async () => {
    const model = hanging();
    const session = open({ models: [say('one'), model] });
    const run = session.run();
    run.catch(() => {});
    await session.ask();
    await ended(session, '1');
    await session.stop();
    await expect(run).rejects.toThrow('It was stopped.');
    expect(model.running).toBe(0);
    expect(turnOf(session).calls).toMatchObject([{ candidate: { text: 'one' } }, { failure: { kind: 'stopped' } }]);
    expect(await session.rank()).toMatchObject({ candidates: [{ id: '1', rank: 1 }] });
  });

  test('with a mistake in a name ends at once', async () => {
    const model = hanging();
    const session = open({ models: [model, model], ranker: 'judge:nowhere/model' });
    await expect(session.run()).rejects.toMatchObject({ name: 'ModelNotFoundError' });
    await expect.poll(() => model.running).toBe(0);
    await ended(session, '1', '2');
  });
});

describe('members', () => {
  test('one is added while a run waits, and takes part', async () => {
    const slow = new FakeLanguageModel({ modelId: 'slow', answer: { words: ['wait'], pauseMs: 30 } });
    const session = open({ models: [say('one'), slow] });
    const run = session.run();
    await session.ask();
    expect(session.add({ model: say('seventeen'), samples: 2 })).toBe('m3');
    const { candidates } = await run;
    expect(candidates.map(({ id, text, sample }) => [id, text, sample])).toEqual([
      ['3', 'seventeen', 1],
      ['4', 'seventeen', 2],
      ['2', 'wait', 1],
      ['1', 'one', 1],
    ]);
  });

  test('one is stopped, and asked anew with a new id', async () => {
    const moody = new FakeLanguageModel({ modelId: 'moody', answer: (_, index) => (index === 0 ? HANG : 'again') });
    const session = open({ models: [say('one'), moody] });
    await session.ask();
    await expect.poll(() => moody.running).toBe(1);
    await session.stop('m2');
    expect(turnOf(session).calls[1]).toMatchObject({
      id: '2',
      failure: { kind: 'stopped', message: 'It was stopped.' },
    });
    session.retry('2');
    await ended(session, '3');
    expect(turnOf(session).calls).toMatchObject([
      { id: '1', takesPart: true },
      { id: '2', takesPart: false },
      { id: '3', member: 'm2', sample: 1, takesPart: true, candidate: { text: 'again' } },
    ]);
    expect((await session.run()).failures).toEqual([]);
  });

  test('an answer that is there is asked for anew as a further sample, with its own seed', async () => {
    const model = say('one');
    const session = open({ models: [{ model, samples: 2 }], seed: 7 });
    await session.ask();
    await ended(session, '1', '2');
    session.retry('m1');
    await ended(session, '3', '4');
    expect(model.calls.map(({ seed }) => seed)).toEqual([7, 8, 9, 10]);
  });

  test('samples are added and taken out, other changes ask anew', async () => {
    const [one, three] = [say('one'), say('three')];
    const session = open({ models: [one] });
    await session.ask();
    await ended(session, '1');
    const ids = () =>
      turnOf(session)
        .calls.filter(({ takesPart }) => takesPart)
        .map(({ id }) => id);
    session.change('m1', { samples: 3 });
    expect(ids()).toEqual(['1', '2', '3']);
    await ended(session, '2', '3');
    session.change('m1', { samples: 2 });
    expect(ids()).toEqual(['1', '2']);
    session.change('m1', { model: three, temperature: 1 });
    expect(ids()).toEqual(['4', '5']);
    await ended(session, '4', '5');
    expect(one.calls).toHaveLength(3);
    expect(three.calls.map(({ temperature }) => temperature)).toEqual([1, 1]);
    expect(turnOf(session).members).toMatchObject([
      { id: 'm1', model: 'fake/three', samples: 2, settings: { temperature: 1 } },
    ]);
  });

  test('one is removed, or one sample of it, and what runs is stopped', async () => {
    const model = hanging();
    const session = open({ models: [{ model, samples: 2 }, say('one')] });
    await session.ask();
    await expect.poll(() => model.running).toBe(2);
    session.remove('1');
    await expect.poll(() => model.running).toBe(1);
    expect(turnOf(session).members).toMatchObject([{ id: 'm1', samples: 1 }, { id: 'm2' }]);
    session.remove('m1');
    await expect.poll(() => model.running).toBe(0);
    const result = await session.run();
    expect(result).toMatchObject({ text: 'one', failures: [] });
  });

  test('what is changed before the question is asked just counts', async () => {
    const session = open();
    session.remove('m1');
    session.add(say('other'));
    const { candidates } = await session.run();
    expect(candidates.map(({ text }) => text)).toEqual(['three', 'other']);
  });
});

describe('what is ready', () => {
  test('is ranked at once; a run that waits goes on with it, and the slow one comes in later', async () => {
    const slow = new FakeLanguageModel({ modelId: 'slow', answer: { words: ['the longest answer'], pauseMs: 60 } });
    const session = open({ models: [say('one'), say('three'), slow] });
    const run = session.run();
    await session.ask();
    await ended(session, '1', '2');
    const ranked = await session.rank();
    expect(ranked.candidates.map(({ id }) => id)).toEqual(['2', '1']);
    expect(await run).toMatchObject({ text: 'three one', candidates: [{ id: '2' }, { id: '1' }] });
    await ended(session, '3');
    expect((await session.rank()).candidates.map(({ id }) => id)).toEqual(['3', '2', '1']);
  });

  test('a new ranking takes the place of one that runs', async () => {
    let isFirst = true;
    const ranker = new FakePairRanker({
      judge: ({ left, right }) => {
        if (!isFirst) return left.length - right.length;
        isFirst = false;
        return new Promise<number>(() => {});
      },
    });
    const session = open({ ranker });
    await session.ask();
    await ended(session, '1', '2');
    const first = session.rank();
    await expect.poll(() => isFirst).toBe(false);
    const [stopped, ranked] = await Promise.all([first, session.rank()]);
    expect(stopped.failures).toMatchObject([{ phase: 'rank', kind: 'stopped' }]);
    expect(ranked.candidates.map(({ rank }) => rank)).toEqual([1, 2]);
  });
});

describe('fusions', () => {
  test('stand side by side, each with its fuser, K, instruction and points', async () => {
    const session = open({ models: [say('one'), say('three'), say('seventeen')] });
    await session.run();
    const writer = new FakeLanguageModel({ modelId: 'writer', answer: 'a much longer answer than all of them' });
    const second = await session.fuse({
      fuser: writer,
      topK: 2,
      instruction: 'Answer in a table.',
      insights: { uniquePoints: ['Seventeen is prime.'] },
    });
    expect(second).toMatchObject({ id: 'fused-2', decision: { decision: 'fused' } });
    const prompt = JSON.stringify(writer.calls[0]?.prompt);
    expect(prompt).toContain('Seventeen is prime.');
    expect(prompt).toContain('Answer in a table.');
    expect(prompt).not.toContain('Agreement');
    const third = await session.fuse({ from: ['1', '3'] });
    expect(third.fusion.fused).toMatchObject({ text: 'one seventeen', from: ['1', '3'] });
    expect(turnOf(session).fusions.map(({ id, fused }) => [id, fused?.from])).toEqual([
      ['fused', ['3', '2', '1']],
      ['fused-2', ['3', '2']],
      ['fused-3', ['1', '3']],
    ]);
    expect(writer.calls).toHaveLength(1);
  });

  test('one is stopped, the other goes on', async () => {
    const session = open({ fusion: false });
    await session.run();
    const hung = session.fuse({ fuser: new FakeFuser({ write: () => new Promise<string>(() => {}) }) });
    const good = session.fuse();
    await expect.poll(() => turnOf(session).fusions.length).toBe(2);
    await session.stop('fused-2');
    expect(await hung).toMatchObject({ id: 'fused-2', fusion: { reason: 'the fusion was stopped' } });
    expect(await good).toMatchObject({ fusion: { fused: { text: 'three one' } } });
  });

  test('without a ranking, what is there is ranked first', async () => {
    const session = open();
    await session.ask();
    await ended(session, '1', '2');
    expect(await session.fuse()).toMatchObject({ fusion: { fused: { text: 'three one' } } });
    expect(turnOf(session).ranking?.candidates).toHaveLength(2);
  });
});

test('any two answers are compared', async () => {
  const session = open();
  await session.run();
  expect(await session.compare('1', 'fused')).toMatchObject({ phase: 'compare', left: '1', right: 'fused', logit: -6 });
  const broken = new FakePairRanker({ name: 'broken', judge: () => Promise.reject(new Error('tired')) });
  await expect(session.compare('1', '2', { ranker: broken })).rejects.toThrow('tired');
  expect(turnOf(session).compared).toMatchObject([
    { left: '1', right: 'fused', comparison: { logit: -6 } },
    {
      left: '1',
      right: '2',
      comparison: undefined,
      failure: { phase: 'compare', message: 'The ranker broken failed: tired' },
    },
  ]);
});

describe('the next turn', () => {
  test('continues from any answer, also of an earlier turn', async () => {
    const model = new FakeLanguageModel({ modelId: 'echo', answer: (_, index) => `answer ${index}` });
    const session = open({ models: [{ model, samples: 2 }], system: 'Be brief.' });
    await session.run();
    await session.continueFrom('fused', 'And then?');
    expect(await session.run()).toMatchObject({ candidates: [{ id: '3' }, { id: '4' }] });
    await session.continueFrom('1', 'And before?');
    expect(session.state.turns.map(({ turn, question, from }) => [turn, question, from])).toEqual([
      [1, 'Say something.', undefined],
      [2, 'And then?', 'fused'],
      [3, 'And before?', '1'],
    ]);
    const texts = (index: number) =>
      model.calls[index]?.prompt.map(({ role, content }) =>
        typeof content === 'string'
          ? [role, content]
          : [role, content.map((part) => ('text' in part ? part.text : part.type)).join()],
      );
    expect(texts(2)).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Say something.'],
      ['assistant', 'answer 0 answer 1'],
      ['user', 'And then?'],
    ]);
    await expect.poll(() => texts(4)?.at(-2)).toEqual(['assistant', 'answer 0']);
  });

  test('stops what is under way for the present one', async () => {
    const model = new FakeLanguageModel({ modelId: 'moody', answer: (_, index) => (index === 0 ? HANG : 'fine') });
    const session = open({ models: [say('one'), model] });
    const run = session.run();
    run.catch(() => {});
    await session.ask();
    await ended(session, '1');
    await session.continueFrom('1', 'And then?');
    await expect(run).rejects.toThrow('It was stopped.');
    expect(session.state.turns[0]?.calls[1]).toMatchObject({ failure: { kind: 'stopped' } });
    expect(await session.run()).toMatchObject({ candidates: [{ text: 'fine' }, { text: 'one' }] });
  });
});

test('one budget is over the whole session', async () => {
  const writer = say('a much longer answer');
  const session = open({ maxCalls: 3, fuser: writer });
  await session.run();
  expect(await session.fuse()).toMatchObject({
    fusion: { reason: 'the budget allows no fusion', failures: [{ kind: 'budget' }] },
  });
  session.retry('1');
  await ended(session, '3');
  expect(turnOf(session).calls.at(-1)).toMatchObject({ failure: { kind: 'budget' } });
  expect(writer.calls).toHaveLength(1);
});

describe('an estimate', () => {
  const PRICE = { inputPerMillion: 1, outputPerMillion: 1 };

  test('says what an action would take, before it and after', async () => {
    await using blender = createBlender({ prices: { 'fake/one': PRICE, 'fake/three': PRICE, 'fake/judge': PRICE } });
    const judge = new FakeLanguageModel({ modelId: 'judge', answer: 'A' });
    const session = blender.createBlendSession({
      prompt: 'Say something.',
      models: [say('one'), say('three')],
      ranker: { judge },
      fuser: say('three'),
      maxOutputTokens: 100,
    });
    onTestFinished(() => session.close());
    const phases = async (...given: Parameters<BlendSession['estimate']>) => {
      const { parts } = await session.estimate(...given);
      return parts.map(({ phase, calls }) => [phase, calls.atLeast]);
    };
    const whole = [
      ['generate', 1],
      ['generate', 1],
      ['rank', 2],
      ['fuse', 1],
      ['check', 2],
    ];
    expect(await phases()).toEqual(whole);
    expect(await phases({ type: 'ask' })).toEqual(whole.slice(0, 2));
    expect(await phases({ type: 'add', member: { model: 'fake/one', samples: 3 } })).toEqual([['generate', 3]]);
    await session.run();
    expect(judge.calls.length).toBeGreaterThan(0);
    expect(await phases()).toEqual(whole.slice(2));
    expect(await phases({ type: 'ask' })).toEqual([]);
    expect(await phases({ type: 'retry', id: 'm1' })).toEqual([['generate', 1]]);
    expect(await phases({ type: 'change', id: 'm1', change: { samples: 3 } })).toEqual([['generate', 2]]);
    expect(await phases({ type: 'change', id: 'm1', change: { temperature: 1 } })).toEqual([['generate', 1]]);
    expect(await phases({ type: 'rank', settings: { ranker: 'small' } })).toEqual([]);
    expect(await phases({ type: 'fuse', settings: { fuser: 'fake/one', analysis: true } })).toEqual([
      ['analyse', 1],
      ['fuse', 1],
      ['check', 2],
    ]);
    expect(await phases({ type: 'compare', left: '1', right: '2' })).toEqual([['rank', 2]]);
    expect(await phases({ type: 'continue', from: '1', question: 'And then?' })).toEqual(whole);
    expect(await phases({ type: 'stop' })).toEqual([]);
    const { cost, unknownPrices } = await session.estimate({ type: 'retry', id: '1' });
    expect([cost.atMost > cost.atLeast, unknownPrices]).toEqual([true, []]);
  });
});

describe('parts', () => {
  test('are the same for who joins early, late, or after a number', async () => {
    const session = open();
    const early = read(session.parts());
    await session.run();
    const late = read(session.parts());
    const rest = read(session.parts({ after: 7 }));
    await session.close();
    const parts = await early;
    expect(await late).toEqual(parts);
    expect(await rest).toEqual(parts.slice(7));
    expect(parts.reduce(reduceBlend, INITIAL_BLEND_STATE)).toEqual(session.state);
    expect(session.state.isClosed).toBe(true);
  });

  test('leaving them stops nothing', async () => {
    const session = open();
    const run = session.run();
    await session.parts().cancel();
    for await (const part of session.parts()) if (part.type === 'candidate-start') break;
    expect((await run).text).toBe('three one');
  });

  test('an abort by the caller fails them at once, with its reason', async () => {
    const controller = new AbortController();
    const model = hanging();
    const session = open({ models: [model], abortSignal: controller.signal });
    const outcomes = Promise.allSettled([session.run(), read(session.parts())]);
    await expect.poll(() => model.running).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await outcomes).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await expect.poll(() => model.running).toBe(0);
  });

  test('one that does not follow the last is a mistake', () => {
    const part = { seq: 2, at: 0, type: 'session-end' } as const;
    expect(() => reduceBlend(INITIAL_BLEND_STATE, part)).toThrow('Part 2 does not follow part 0.');
  });
});

describe('mistakes are named', () => {
  test.each<[string, (session: BlendSession) => unknown, string]>([
    [
      'an unknown id',
      (session) => session.retry('9'),
      'Invalid id "9": there is no such member or call. Members: m1, m2; calls: 1, 2.',
    ],
    ['a candidate as a member', (session) => session.change('1', {}), 'Invalid id "1": there is no such member.'],
    [
      'an unknown answer',
      (session) => session.compare('1', '9'),
      'Invalid id "9": there is no such answer of the same turn.',
    ],
    [
      'an unknown candidate',
      (session) => session.fuse({ from: ['1', '9'] }),
      'Invalid from "9": there is no candidate with this id.',
    ],
    ['a misspelt setting', (session) => session.fuse({ topk: 2 } as never), 'Did you mean topK?'],
    ['a setting out of range', (session) => session.fuse({ topK: 0 }), 'Invalid topK 0'],
    [
      'an empty instruction',
      (session) => session.fuse({ fuser: say('x'), instruction: ' ' }),
      'Invalid instruction " ": expected a text',
    ],
    [
      'points that are no texts',
      (session) => session.fuse({ insights: { agreement: [1] } } as never),
      'Invalid agreement[0] 1: expected a text.',
    ],
    ['a strategy that is none', (session) => session.rank({ strategy: 'x' as never }), 'Invalid strategy "x"'],
    ['a member with a wrong setting', (session) => session.add({ model: 'a/b', samples: 0 }), 'samples 0'],
    [
      'a member with a misspelt setting',
      (session) => session.add({ model: 'a/b', sampels: 2 } as never),
      'Did you mean samples?',
    ],
    ['an empty question', (session) => session.continueFrom('1', ' '), 'the question must not be empty'],
    [
      'an action that is none',
      (session) => session.act({ type: 'dance' } as never),
      'expected a type among: run, ask, add',
    ],
  ])('%s', async (_, act, message) => {
    const session = open();
    await session.run();
    const before = session.state.seq;
    await expect((async () => act(session))()).rejects.toThrow(message);
    expect(session.state.seq).toBe(before);
  });

  test('before the question, and after the end', async () => {
    const session = open();
    await expect(session.rank()).rejects.toThrow('the question was not asked yet. Call run() or ask() first.');
    await session.close();
    await expect((async () => session.run())()).rejects.toMatchObject({ name: 'DisposedError' });
    await expect((async () => session.add(say('x')))()).rejects.toMatchObject({ name: 'DisposedError' });
  });
});

test('actions as data do what the methods do, with the aliases of a blender', async () => {
  const seventeen = say('seventeen');
  await using blender = createBlender({ models: { long: { model: seventeen, temperature: 0.5 } } });
  const session = blender.createBlendSession({ prompt: 'Say something.', models: [say('one')], ranker: longer() });
  onTestFinished(() => session.close());
  expect(await session.act({ type: 'add', member: { model: 'long', samples: 2 } })).toBe('m2');
  expect(await session.act({ type: 'run' })).toMatchObject({ decision: 'best-candidate', text: 'seventeen' });
  await session.act({ type: 'change', id: 'm1', change: { model: 'long' } });
  await session.act({ type: 'fuse', settings: { fuser: 'long', from: ['1', '2'] } });
  expect(seventeen.calls.map(({ temperature }) => temperature)).toEqual([0.5, 0.5, 0, 0.5, 0.5]);
  await session.act({ type: 'remove', id: 'm1' });
  await session.act({ type: 'retry', id: '2' });
  await session.act({ type: 'stop' });
  await session.act({ type: 'continue', from: '3', question: 'And then?' });
  expect(session.state.turns).toHaveLength(2);
});

test('a state is never changed, only followed by another', async () => {
  const session = open();
  await session.run();
  await session.fuse();
  session.retry('m1');
  await session.compare('1', '2');
  await session.close();
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
    Object.freeze(value);
    for (const field of Object.values(value)) freeze(field);
  };
  let state = INITIAL_BLEND_STATE;
  for (const part of await read(session.parts())) {
    freeze(state);
    state = reduceBlend(state, part);
  }
  expect(state).toEqual(session.state);
});

test('a blender that is disposed ends its sessions', async () => {
  const blender = createBlender();
  const model = hanging();
  const session = blender.createBlendSession({ prompt: 'Say something.', models: [model] });
  const outcomes = Promise.allSettled([session.run(), read(session.parts())]);
  await expect.poll(() => model.running).toBe(1);
  await blender.dispose();
  const disposed = { status: 'rejected', reason: { name: 'DisposedError' } };
  expect(await outcomes).toMatchObject([disposed, disposed]);
  await expect.poll(() => model.running).toBe(0);
  await session.close();
});

test('an answer that came too late is asked for anew, and takes part in the next run', async () => {
  const model = new FakeLanguageModel({ modelId: 'moody', answer: (_, index) => (index === 0 ? HANG : 'the longest') });
  const session = open({ models: [say('one'), model], quorum: 1, patienceMs: 20 });
  expect(await session.run()).toMatchObject({ text: 'one', failures: [{ id: '2', kind: 'late' }] });
  session.retry('2');
  await ended(session, '3');
  expect(await session.run()).toMatchObject({ candidates: [{ id: '3' }, { id: '1' }], failures: [] });
});
