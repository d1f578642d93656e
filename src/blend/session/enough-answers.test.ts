import { describe, expect, test } from 'vitest';
import { FakeFuser, FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';
import type { Candidate } from '../../spec/candidate.ts';
import { NO_USAGE } from '../../spec/usage.ts';
import { blend } from '../blend.ts';
import { agreement } from './enough-answers.ts';

const prompt = 'Say something.';
const say = (text: string) => new FakeLanguageModel({ modelId: text, answer: text });
const after = (pauseMs: number, text: string) =>
  new FakeLanguageModel({ modelId: text, answer: { words: [text], pauseMs } });
const hanging = () => new FakeLanguageModel({ modelId: 'hangs', answer: HANG });
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const fuser = new FakeFuser({ write: ({ candidates }) => candidates.join(' ') });
const common = { prompt, fuser, maxRetries: 0 };

describe('a quorum', () => {
  test('is enough: what is missing is stopped, and named in the result', async () => {
    const model = hanging();
    const result = await blend({
      ...common,
      models: [say('one'), model, say('three'), model],
      ranker: longer(),
      quorum: 2,
    });
    expect(result).toMatchObject({ text: 'three one', candidates: [{ id: '3' }, { id: '1' }] });
    expect(result.failures).toMatchObject([
      {
        id: '2',
        model: 'fake/hangs',
        phase: 'generate',
        kind: 'late',
        message: 'It came too late: 2 of 4 answers were there. Raise patienceMs (--patience) to wait longer.',
        usage: { calls: 1 },
      },
      { id: '4', kind: 'late' },
    ]);
    await expect.poll(() => model.running).toBe(0);
  });

  test('counts answers, not failures', async () => {
    const bad = new FakeLanguageModel({ modelId: 'bad', answer: new Error('broken') });
    const result = await blend({ ...common, models: [bad, bad, after(20, 'late')], ranker: longer(), quorum: 1 });
    expect(result).toMatchObject({ text: 'late', failures: [{ kind: 'error' }, { kind: 'error' }] });
  });

  test('that cannot be reached takes what there is', async () => {
    const bad = new FakeLanguageModel({ modelId: 'bad', answer: new Error('broken') });
    const result = await blend({ ...common, models: [bad, say('one'), say('three')], ranker: longer(), quorum: 3 });
    expect(result).toMatchObject({ text: 'three one', failures: [{ kind: 'error' }] });
  });

  test('waits as long as its patience for others', async () => {
    const models = [say('one'), after(5, 'three'), hanging()];
    const result = await blend({ ...common, models, ranker: longer(), quorum: 1, patienceMs: 300 });
    expect(result.candidates.map(({ text }) => text)).toEqual(['three', 'one']);
    expect(result.failures).toMatchObject([{ id: '3', kind: 'late' }]);
  });

  test('does not outlast the time for the whole', async () => {
    const models = [say('one'), hanging()];
    const result = await blend({
      ...common,
      models,
      ranker: longer(),
      quorum: 1,
      patienceMs: 60_000,
      totalTimeoutMs: 30,
    });
    expect(result).toMatchObject({ text: 'one', failures: [{ id: '2', kind: 'timeout' }] });
  });

  test.each([
    [{ quorum: 0 }, 'Invalid quorum 0: expected an integer of at least 1.'],
    [{ quorum: 1, patienceMs: -1 }, 'Invalid patienceMs -1: expected milliseconds, a number of at least 0.'],
    [{ patienceMs: 5 }, 'Invalid patienceMs 5: it begins when the quorum is reached. Set quorum (--quorum) as well.'],
    [{ stream: 'all' as never }, 'Invalid stream "all": expected one of: decided, fused.'],
  ])('bad options are refused before a call: %j', async (options, message) => {
    const model = say('one');
    await expect(blend({ ...common, models: [model], ...options })).rejects.toThrow(message);
    expect(model.calls).toEqual([]);
  });
});

describe('fast', () => {
  test('stops when most answers say the same, without ranking or fusing', async () => {
    const [model, ranker] = [hanging(), longer()];
    const models = [say('Canberra.'), model, say('**canberra**')];
    const result = await blend({ ...common, models, ranker, fast: true });
    expect(result).toMatchObject({
      text: 'Canberra.',
      decision: 'best-candidate',
      decisionReason: 'The best candidate is the answer: 2 of 3 answers say the same.',
      candidates: [
        { id: '1', rank: 1 },
        { id: '3', rank: 1 },
      ],
      failures: [{ id: '2', kind: 'late', message: 'It was not waited for: 2 answers agreed.' }],
      ranker: 'agreement',
      fused: undefined,
    });
    expect(ranker.calls).toEqual([]);
    await expect.poll(() => model.running).toBe(0);
  });

  test('does what a blend does where they differ', async () => {
    const result = await blend({ ...common, models: [say('one'), say('three')], ranker: longer(), fast: true });
    expect(result).toMatchObject({ text: 'three one', ranker: 'fake' });
  });

  test('compares what a schema makes of the answers', async () => {
    const models = [say('{"a":1,"b":2}'), say('Here: {"b":2,"a":1}'), hanging()];
    const schema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } } as const;
    const result = await blend({ ...common, models, ranker: longer(), fast: true, schema });
    expect(result).toMatchObject({ object: { a: 1, b: 2 }, failures: [{ kind: 'late' }] });
  });
});

const candidate = (text: string, object?: unknown): Candidate => ({
  id: text,
  model: 'm',
  sample: 1,
  text,
  object,
  finishReason: 'stop',
  usage: NO_USAGE,
  timings: { firstTokenMs: undefined, totalMs: 1 },
});

test.each<[readonly string[], number, number | undefined]>([
  [['4', '4'], 2, 2],
  [['4', '4'], 3, 2],
  [['4', '4'], 4, undefined],
  [['4', '4', '4'], 5, 3],
  [['4'], 1, undefined],
  [['4', '5'], 2, undefined],
  [['4', '5', '4'], 3, 2],
  [['4', '4.'], 2, 2],
  [['4', '**4**'], 2, 2],
  [['"4"', '4'], 2, 2],
  [['Paris', 'paris!'], 2, 2],
  [['It is\n4.', 'it  is 4'], 2, 2],
  [['５', '5'], 2, 2],
  [['-5', '5'], 2, undefined],
  [['5%', '5'], 2, undefined],
  [['$5', '5'], 2, undefined],
  [['5!', '5'], 2, undefined],
  [['.5', '5'], 2, undefined],
  [['(a)', '(b)'], 2, undefined],
  [['', ''], 2, undefined],
  [['...', '…'], 2, undefined],
  [['C', 'C++'], 2, undefined],
  [['O(n)', 'O(n'], 2, undefined],
])('%j of %i agree: %j', (texts, count, size) => {
  expect(
    agreement(
      texts.map((text) => candidate(text)),
      count,
    )?.length,
  ).toBe(size);
});

test('objects agree by their values', () => {
  const agreed = agreement([candidate('x', { a: [1] }), candidate('y', { a: [1] }), candidate('z', { a: [2] })], 3);
  expect(agreed?.map(({ id }) => id)).toEqual(['x', 'y']);
});
