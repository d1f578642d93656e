import { APICallError } from '@ai-sdk/provider';
import { describe, expect, test } from 'vitest';
import { MissingDependencyError } from '../error/index.ts';
import { FakeFuser, FakeLanguageModel, FakePairRanker, HANG } from '../test/index.ts';
import { blend, streamBlend } from './blend.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';
import { createBlender } from '../api/index.ts';

const prompt = 'Say something.';
const say = (text: string) => new FakeLanguageModel({ modelId: text, answer: text });
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const joining = () => new FakeFuser({ write: ({ candidates }) => candidates.join(' ') });

test('generates, ranks, fuses, and keeps the fused answer where it is better', async () => {
  const result = await blend({
    prompt,
    models: [say('aa'), say('a'), say('aaaa')],
    ranker: longer(),
    fuser: joining(),
    topK: 2,
  });
  expect(result).toMatchObject({
    text: 'aaaa aa',
    decision: 'fused',
    decisionReason: 'The fused answer beat the best candidate with probability 0.95.',
    candidates: [
      { id: '3', model: 'fake/aaaa', rank: 1, text: 'aaaa' },
      { id: '1', rank: 2 },
      { id: '2', rank: 3 },
    ],
    fused: { text: 'aaaa aa', fuser: 'fake-fuser', from: ['3', '1'], probability: expect.closeTo(0.9526, 4) },
    failures: [],
    ranker: 'fake',
    truncated: false,
    usage: { calls: 3 + 6 + 1 + 2 },
    cost: undefined,
  });
  expect(result.comparisons.map(({ phase, left, right }) => [phase, left < right || phase === 'check'])).toEqual([
    ['rank', expect.any(Boolean)],
    ['rank', expect.any(Boolean)],
    ['rank', expect.any(Boolean)],
    ['check', true],
  ]);
  expect(result.comparisons.at(-1)).toMatchObject({ left: 'fused', right: '3', logit: 3 });
  // Counted as the candidates stand, best first.
  expect(result.explanation).toMatchObject({
    strategy: 'full',
    matrix: [
      [undefined, 2, 3],
      [-2, undefined, 1],
      [-3, -1, undefined],
    ],
    opponentsBeaten: [2, 1, 0],
    opponents: [2, 2, 2],
    stopReason: 'All 3 pairs were compared.',
  });
  const strengths = result.explanation?.strengths.map((interval) => interval?.strength ?? 0) ?? [];
  expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
  const ids = result.candidates.map(({ id }) => id);
  expect(result.explanation?.batches.flat().map((pair) => pair.map((place) => ids[place]))).toEqual(
    result.comparisons.filter(({ phase }) => phase === 'rank').map(({ left, right }) => [left, right]),
  );
});

test('a fused answer that is worse, equal or unchecked leaves the best candidate', async () => {
  const models = [say('short'), say('the best one')];
  const worse = await blend({ prompt, models, ranker: longer(), fuser: new FakeFuser({ write: () => 'bad' }) });
  expect(worse).toMatchObject({ text: 'the best one', decision: 'best-candidate', fused: { text: 'bad' } });
  expect(worse.decisionReason).toBe('The best candidate beat the fused answer with probability 1.00.');

  const same = await blend({ prompt, models, ranker: longer(), fuser: new FakeFuser({ write: () => 'the best one' }) });
  expect(same).toMatchObject({
    decision: 'best-candidate',
    decisionReason: 'The fused answer was no better than the best candidate.',
  });

  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (left === 'new' || right === 'new') throw new Error('tired');
      return left.length - right.length;
    },
  });
  const unchecked = await blend({ prompt, models, ranker, fuser: new FakeFuser({ write: () => 'new' }) });
  expect(unchecked).toMatchObject({
    text: 'the best one',
    decision: 'best-candidate',
    failures: [{ phase: 'check', id: 'ranker', message: 'The ranker fake failed: tired' }],
  });
});

test('a failing, a hanging and an empty model do not sink the blend', async () => {
  const models = [
    new FakeLanguageModel({ modelId: 'broken', answer: new Error('broken') }),
    { model: new FakeLanguageModel({ modelId: 'hangs', answer: HANG }), timeoutMs: 20 },
    new FakeLanguageModel({ modelId: 'empty', answer: '' }),
    say('one'),
    say('three'),
  ];
  const result = await blend({ prompt, models, ranker: longer(), fuser: joining(), maxRetries: 0 });
  expect(result.decision).toBe('fused');
  expect(result.failures.map(({ id, kind }) => [id, kind])).toEqual([
    ['1', 'error'],
    ['2', 'timeout'],
    ['3', 'empty'],
  ]);
});

test('one answer is the answer, without ranking or fusing', async () => {
  const ranker = longer();
  const fuser = joining();
  const result = await blend({ prompt, models: [say('only')], ranker, fuser });
  expect(result).toMatchObject({ text: 'only', candidates: [{ rank: 1 }], fused: undefined, explanation: undefined });
  expect(result.decisionReason).toBe('The best candidate is the answer: there is only one answer.');
  expect([...ranker.calls, ...fuser.calls]).toEqual([]);
});

test('a ranker that fails leaves the first candidate, and a fuser that fails the best', async () => {
  const models = [say('one'), say('three')];
  const noRanking = await blend({ prompt, models, ranker: new FakePairRanker(), fuser: joining() });
  expect(noRanking).toMatchObject({
    text: 'one',
    candidates: [{ rank: undefined }, { rank: undefined }],
    failures: [{ phase: 'rank', kind: 'error' }],
    explanation: undefined,
  });
  expect(noRanking.decisionReason).toBe('The best candidate is the answer: the candidates could not be ranked.');
  const noFusion = await blend({ prompt, models, ranker: longer(), fuser: new FakeFuser() });
  expect(noFusion).toMatchObject({ text: 'three', failures: [{ phase: 'fuse', id: 'fuser' }] });
  const emptyFusion = await blend({ prompt, models, ranker: longer(), fuser: new FakeFuser({ write: () => ' ' }) });
  expect(emptyFusion).toMatchObject({ text: 'three', failures: [{ phase: 'fuse', kind: 'empty' }] });
});

test('the model of the best answer fuses unless another is named, within the tokens of the call', async () => {
  const first = new FakeLanguageModel({ answer: (_, index) => (index === 0 ? 'first' : 'fused by the first') });
  const result = await blend({
    prompt,
    models: [{ model: first, temperature: 1 }, say('other')],
    ranker: longer(),
    maxOutputTokens: 9,
  });
  expect(result).toMatchObject({ text: 'fused by the first', fused: { fuser: 'fake/model' } });
  expect(first.calls.map(({ temperature, maxOutputTokens }) => [temperature, maxOutputTokens])).toEqual([
    [1, 9],
    [0, 9],
  ]);
});

test('fusion can be switched off', async () => {
  const result = await blend({ prompt, models: [say('one'), say('three')], ranker: longer(), fusion: false });
  expect(result).toMatchObject({ text: 'three', decision: 'best-candidate', fused: undefined });
});

test('when the time for the whole runs out, the best so far is the answer', async () => {
  const models = [say('one'), say('three')];
  const slowFuser = new FakeFuser({ write: () => new Promise<string>(() => {}) });
  const inFusion = await blend({ prompt, models, ranker: longer(), fuser: slowFuser, totalTimeoutMs: 60 });
  expect(inFusion).toMatchObject({ text: 'three', failures: [{ phase: 'fuse', kind: 'timeout' }] });

  const slowRanker = new FakePairRanker({ judge: () => new Promise<number>(() => {}) });
  const inRanking = await blend({ prompt, models, ranker: slowRanker, fuser: joining(), totalTimeoutMs: 60 });
  expect(inRanking).toMatchObject({ text: 'one', failures: [{ phase: 'rank', kind: 'timeout' }] });

  const hanging = [new FakeLanguageModel({ answer: HANG })];
  await expect(blend({ prompt, models: hanging, ranker: longer(), totalTimeoutMs: 30 })).rejects.toMatchObject({
    name: 'NoCandidatesError',
    failures: [{ kind: 'timeout' }],
  });
});

test('a mistake in the call ends it before any model has answered', async () => {
  const hanging = new FakeLanguageModel({ answer: HANG });
  await expect(blend({ prompt, models: [hanging, hanging], ranker: 'judge:nowhere/model' })).rejects.toMatchObject({
    name: 'ModelNotFoundError',
  });
  await expect.poll(() => hanging.running).toBe(0);
  await expect(blend({ prompt, models: [hanging, hanging], ranker: 'nonsense' })).rejects.toMatchObject({
    name: 'InvalidArgumentError',
  });
  await expect(blend({ prompt, blend: 'nonsense' })).rejects.toThrow(
    'Invalid blend "nonsense": expected one of: local, gemma-gemini, paper.',
  );
  await expect(blend({ prompt, models: [hanging, hanging], topK: 1.5 })).rejects.toThrow('Invalid topK 1.5');
});

test.each<[Partial<BlendOptions>, string]>([
  [{ timeoutMs: -1 }, 'Invalid timeoutMs -1'],
  [{ totalTimeoutMs: Number.NaN }, 'Invalid totalTimeoutMs NaN'],
  [{ maxRetries: Number.NaN }, 'Invalid maxRetries NaN'],
  [{ samples: 0 }, 'Invalid samples 0'],
  [{ temperature: -1 }, 'Invalid temperature -1'],
  [{ topK: 1.5 }, 'Invalid topK 1.5'],
  [{ maxCalls: 0 }, 'Invalid maxCalls 0'],
  [{ maxCost: -1 }, 'Invalid maxCost -1'],
  [{ confidence: 2 }, 'Invalid confidence 2'],
  [{ maxPairs: 0 }, 'Invalid maxPairs 0'],
  [{ strategy: 'nonsense' as never }, 'Invalid strategy "nonsense"'],
  [{ goal: 'nonsense' as never }, 'Invalid goal "nonsense"'],
  [{ aggregation: 'nonsense' as never }, 'Invalid aggregation "nonsense"'],
  [{ orders: 'nonsense' as never }, 'Invalid orders "nonsense"'],
  [{ rankSeed: 0.5 }, 'Invalid rankSeed 0.5'],
  [{ contextTokens: 0 }, 'Invalid contextTokens 0'],
  [{ fusionPrompt: 'nonsense' as never }, 'Invalid fusionPrompt "nonsense"'],
  [{ fuser: { model: 'local/x', timeoutMs: 0 } }, 'Invalid fuser.timeoutMs 0'],
  [{ blend: 'nonsense' }, 'Invalid blend "nonsense"'],
])('a bad option ends the blend before its first part: %j', async (options, message) => {
  const model = say('one');
  const parts: BlendPart[] = [];
  const read = async () => {
    for await (const part of streamBlend({ prompt, models: [model], ranker: longer(), ...options })) parts.push(part);
  };
  await expect(read()).rejects.toThrow(message);
  expect(parts).toEqual([]);
  await expect(blend({ prompt, models: [model], ranker: longer(), ...options })).rejects.toThrow(message);
  expect(model.calls).toEqual([]);
});

test('one planned answer loads neither ranker nor fuser', async () => {
  const result = await blend({ prompt, models: [say('only')], ranker: 'judge:nowhere/model', fuser: 'nowhere/model' });
  expect(result).toMatchObject({ text: 'only', failures: [] });
});

test('a dead first model neither ranks nor fuses', async () => {
  const dead = new FakeLanguageModel({ modelId: 'dead', answer: new Error('401') });
  const result = await blend({ prompt, models: [dead, say('one'), say('three')], ranker: longer(), maxRetries: 0 });
  expect(result.failures.map(({ model }) => model)).toEqual(['fake/dead']);
  expect(result.fused?.fuser).toBe('fake/three');
});

test('what was compared before a ranker fails still orders the candidates, and is reported and counted', async () => {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (ranker.calls.length > 1) throw new Error('tired');
      return left.length - right.length;
    },
  });
  const models = [say('a'), say('bb'), say('the best')];
  const result = await blend({ prompt, models, ranker, strategy: 'bubble' });
  expect(result.failures).toMatchObject([{ phase: 'rank', message: 'The ranker fake failed: tired' }]);
  expect(result.comparisons).toHaveLength(1);
  const [{ left, right, logit } = { left: '', right: '', logit: 0 }] = result.comparisons;
  expect(result.candidates[0]).toMatchObject({ id: logit > 0 ? left : right, rank: undefined });
  expect(result.candidates.at(-1)?.id).toBe(logit > 0 ? right : left);
  expect(result.usage).toMatchObject({ calls: 3 + 2, cost: undefined });
});

test('the stream reports the parts in order and ends with the result', async () => {
  const parts: BlendPart[] = [];
  const stream = streamBlend({ prompt, models: [say('one'), say('three')], ranker: longer(), fuser: joining() });
  for await (const part of stream) parts.push(part);
  const types = parts.map(({ type }) => type);
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    'blend-start',
    'candidate-start',
    'candidate-delta',
    'candidate-end',
    ...(types.indexOf('candidate-end') < types.lastIndexOf('candidate-delta')
      ? ['candidate-delta', 'candidate-end']
      : []),
    'rank-start',
    'comparison-end',
    'rank-end',
    'fusion-start',
    'fusion-delta',
    'fusion-end',
    'comparison-end',
    'check-end',
    'blend-end',
  ]);
  expect(parts.at(-1)).toMatchObject({ type: 'blend-end', result: { text: 'three one' } });
  expect(parts.map(({ seq }) => seq)).toEqual(parts.map((_, index) => index + 1));
});

test('leaving the stream stops every call behind it', async () => {
  const hanging = new FakeLanguageModel({ answer: HANG });
  for await (const part of streamBlend({ prompt, models: [hanging, hanging], ranker: longer() })) {
    if (part.type === 'candidate-start') break;
  }
  await expect.poll(() => hanging.running).toBe(0);
});

// What is aborted here would never end by itself, or not before the test has run out of time.
describe('aborting returns at once and leaves nothing running', () => {
  const never = () => new Promise<never>(() => {});
  const hanging = new FakeLanguageModel({ answer: HANG });
  // A busy provider, after whose reply the next attempt waits for a minute.
  const overloaded = new FakeLanguageModel({
    provider: 'busy',
    answer: new APICallError({
      message: 'overloaded',
      url: '',
      requestBodyValues: {},
      statusCode: 529,
      responseHeaders: { 'retry-after': '60' },
      isRetryable: true,
    }),
  });
  const phases: [string, Partial<BlendOptions>, BlendPart['type'] | undefined][] = [
    ['before', {}, undefined],
    ['generating', { models: [hanging] }, 'candidate-start'],
    ['backing off', { models: [overloaded], maxRetries: 9 }, 'candidate-start'],
    ['comparing', { ranker: new FakePairRanker({ judge: never }) }, 'candidate-end'],
    ['fusing', { fuser: new FakeFuser({ write: never }) }, 'fusion-start'],
    ['fusing with a model', { fuser: hanging }, 'fusion-start'],
    [
      'checking',
      {
        ranker: new FakePairRanker({
          judge: ({ left, right }) => ((left + right).includes('one three') ? never() : 1),
        }),
      },
      'fusion-end',
    ],
  ];
  test.each(phases)('%s', async (_, options, until) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    if (until === undefined) controller.abort(reason);
    const models = [say('one'), say('three')];
    const fuser = new FakeFuser({ write: () => 'one three' });
    const read = async () => {
      const stream = streamBlend({
        prompt,
        models,
        ranker: longer(),
        fuser,
        abortSignal: controller.signal,
        ...options,
      });
      for await (const part of stream) {
        if (part.type !== until) continue;
        setTimeout(() => controller.abort(reason), 20);
      }
    };
    await expect(read()).rejects.toBe(reason);
    const asked = overloaded.calls.length;
    await expect.poll(() => hanging.running).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(overloaded.calls).toHaveLength(asked);
  });
});

test('a disposed blender ends its running calls and takes no more', async () => {
  const hanging = new FakeLanguageModel({ answer: HANG });
  const blender = createBlender();
  const pending = blender.blend({ prompt, models: [hanging], ranker: longer() });
  await expect.poll(() => hanging.running).toBe(1);
  const outcome = expect(pending).rejects.toMatchObject({ name: 'DisposedError' });
  await blender.dispose();
  await outcome;
  await expect.poll(() => hanging.running).toBe(0);
  await expect(blender.rank({ prompt, candidates: ['a'], ranker: longer() })).rejects.toMatchObject({
    name: 'DisposedError',
  });
});

test('an analysis is reported between the start of the fusion and its text, and is part of the result', async () => {
  const answers = ['{"agreement":["Both speak."]}', 'three one and more'];
  const fuser = new FakeLanguageModel({ answer: (_, index) => answers[index] ?? '' });
  const parts: BlendPart[] = [];
  const stream = streamBlend({
    prompt,
    models: [say('one'), say('three')],
    ranker: longer(),
    fuser,
    analysis: true,
    showScores: true,
  });
  for await (const part of stream) parts.push(part);
  const types = parts.map(({ type }) => type);
  expect(types.slice(types.indexOf('fusion-start'), types.indexOf('fusion-delta'))).toEqual([
    'fusion-start',
    'analysis-start',
    'analysis-end',
  ]);
  const analysis = { agreement: ['Both speak.'], contradictions: [], uniquePoints: [], blindSpots: [] };
  expect(parts).toContainEqual(
    expect.objectContaining({ type: 'analysis-end', id: 'fused', analysis, failure: undefined }),
  );
  expect(parts.at(-1)).toMatchObject({
    result: { decision: 'fused', fused: { analysis }, failures: [], usage: { calls: 2 + 2 + 2 + 2 } },
  });
  expect(JSON.stringify(fuser.calls[1]?.prompt)).toMatch(/rank 1, score 2>\\nthree/);
});

test('a failed analysis is reported and the fusion goes on', async () => {
  const fuser = new FakeLanguageModel({ answer: 'three one and more' });
  const result = await blend({ prompt, models: [say('one'), say('three')], ranker: longer(), fuser, analysis: true });
  expect(result).toMatchObject({
    decision: 'fused',
    fused: { analysis: undefined },
    failures: [{ id: 'fuser', phase: 'analyse', message: 'the analysis could not be read' }],
  });
});

test('where the fusion fails too, both are reported and counted', async () => {
  const fuser = new FakeLanguageModel({ answer: new Error('broken') });
  const models = [say('one'), say('three')];
  const result = await blend({ prompt, models, ranker: longer(), fuser, analysis: true, maxRetries: 0 });
  expect(result).toMatchObject({
    text: 'three',
    failures: [
      { phase: 'analyse', message: 'broken' },
      { phase: 'fuse', message: 'broken' },
    ],
    usage: { calls: 2 + 2 + 2 },
  });
});

test('another ranker can decide between the fused answer and the best candidate', async () => {
  const ranker = longer();
  const checkRanker = new FakePairRanker({ name: 'strict', judge: ({ left, right }) => right.length - left.length });
  const options = { prompt, models: [say('one'), say('three')], ranker, fuser: joining() };
  const result = await blend({ ...options, checkRanker });
  expect(result).toMatchObject({
    text: 'three',
    decision: 'best-candidate',
    ranker: 'fake',
    fused: { text: 'three one' },
  });
  expect(ranker.pairs).toHaveLength(2);
  expect(checkRanker.pairs.map(({ left }) => left).toSorted()).toEqual(['three', 'three one']);

  const broken = await blend({ ...options, checkRanker: new FakePairRanker({ name: 'broken' }) });
  expect(broken).toMatchObject({ text: 'three', failures: [{ phase: 'check', model: 'broken' }] });
  await expect(blend({ ...options, checkRanker: 'nonsense' })).rejects.toThrow('Invalid ranker "nonsense"');
  // Nothing is fused, so nothing is loaded for the check.
  const unfused = await blend({ ...options, checkRanker: 'nonsense', fusion: false });
  expect(unfused.text).toBe('three');
});

test('a mistake in the set-up of the check is an error, as it is in ranking and in fusing', async () => {
  const checkRanker = new FakePairRanker({
    judge: () => {
      throw new MissingDependencyError({ dependency: 'x', feature: 'The check', command: 'npm install x' });
    },
  });
  const models = [say('one'), say('three')];
  await expect(blend({ prompt, models, ranker: longer(), fuser: joining(), checkRanker })).rejects.toMatchObject({
    name: 'MissingDependencyError',
  });
});

test('a mistake in the settings of the fusion ends the blend before any call', async () => {
  const model = say('one');
  await expect(blend({ prompt, models: [model], fusionPrompt: 'mine' as never })).rejects.toThrow(
    'Invalid fusionPrompt',
  );
  expect(model.calls).toEqual([]);
});
