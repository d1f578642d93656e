import { describe, expect, test } from 'vitest';
import * as library from '../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';

const ranker = new FakePairRanker({ judge: () => 1 });
const model = new FakeLanguageModel({ answer: 'x' });
const question = { prompt: 'Why?' };
const ranking = { ...question, candidates: ['a', 'b'], ranker };
const blending = { ...question, models: [model, model], ranker };

/** Callers without types, or with values that come from elsewhere. */
const untyped = library as unknown as Record<string, (options?: unknown) => unknown>;

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    if (result instanceof ReadableStream) await result.getReader().read();
    return undefined;
  } catch (error) {
    return error;
  }
}

const FUNCTIONS = [
  'blend',
  'streamBlend',
  'generateCandidates',
  'compare',
  'compareConversations',
  'rank',
  'rankWithReference',
  'bestOfN',
  'worstOfN',
  'topK',
  'fuse',
  'cascadeRanker',
  'rankerFromScore',
  'rankerFromComparison',
  'rankerFromRerankingModel',
];

describe.each(FUNCTIONS)('%s', (name) => {
  test.each([[undefined], [null], ['text'], [7], [['array']]])('does not take %j for options', async (given) => {
    const error = await errorOf(() => untyped[name]?.(given));
    expect(error).toBeInstanceOf(library.InvalidArgumentError);
    expect((error as Error).message).toMatch(new RegExp(`^Invalid options of ${name} .*: expected an object\\.$`));
  });

  test('refuses an unknown option', async () => {
    const error = await errorOf(() => untyped[name]?.({ candidatez: [], abortSignl: 1 }));
    expect(error).toBeInstanceOf(library.InvalidArgumentError);
    expect((error as Error).message).toContain(`Invalid option of ${name} "candidatez": there is no such option.`);
  });
});

test.each([
  [
    'rank',
    { ...ranking, strategi: 'full' },
    'Invalid option of rank "strategi": there is no such option. Did you mean strategy?',
  ],
  ['rank', { ...ranking, candidates: 'abc' }, 'Invalid candidates "abc": expected an array.'],
  ['rank', { ...ranking, candidates: new Set(['a']) }, 'Invalid candidates (object): expected an array.'],
  ['rank', { ...ranking, candidates: [3] }, 'Invalid candidates[0] 3: expected a text or { text }.'],
  [
    'rank',
    { ...ranking, ranker: null },
    'Invalid ranker null: expected a name, a PairRanker, or { judge } with settings.',
  ],
  [
    'rank',
    { ...ranking, ranker: {} },
    'Invalid ranker (object): expected a name, a PairRanker, or { judge } with settings.',
  ],
  ['rank', { ...ranking, ranker: { judge: model, temprature: 1 } }, 'Invalid option of ranker "temprature"'],
  ['rank', { ...ranking, prompt: 3 }, 'Invalid prompt 3: expected a text.'],
  ['rank', { ...ranking, system: 3 }, 'Invalid system 3: expected a text.'],
  ['rank', { ...ranking, abortSignal: {} }, 'Invalid abortSignal (object): expected an AbortSignal.'],
  ['rank', { ...ranking, onComparison: 3 }, 'Invalid onComparison 3: expected a function.'],
  ['rank', { ...ranking, prompt: undefined }, 'Invalid prompt undefined: pass one of prompt, messages or instruction.'],
  ['compare', { ...question, a: 3, b: 'b', ranker }, 'Invalid a 3: expected a text.'],
  ['fuse', { ...question, candidates: 'abc', fuser: model }, 'Invalid candidates "abc": expected an array.'],
  ['fuse', { ...question, candidates: ['a'], fuser: {} }, 'Invalid fuser (object): expected a name, a Fuser or'],
  ['blend', { ...question, models: 'openai/x' }, 'Invalid models "openai/x": expected an array.'],
  ['blend', { ...question, models: [null] }, 'Invalid models[0] null: expected a name, an AI SDK language model'],
  [
    'blend',
    { ...question, models: [{ model, temprature: 1 }] },
    'Invalid option of models[0] "temprature": there is no such option. Did you mean temperature?',
  ],
  ['blend', { ...question, samples: 0 }, 'Invalid samples 0: expected an integer of at least 1.'],
  ['blend', { ...blending, fusion: 'no' }, 'Invalid fusion "no": expected true or false.'],
  ['blend', { ...blending, stopSequences: 'x' }, 'Invalid stopSequences "x": expected an array.'],
  ['blend', { ...blending, blends: { mine: { modelz: [] } } }, 'Invalid option of blends.mine "modelz"'],
  [
    'blend',
    { models: [model], messages: [{ role: 'USER', content: 'x' }] },
    'Invalid messages[0].role "USER": expected one of: system, user, assistant, tool.',
  ],
  ['blend', { models: [model], messages: [null] }, 'Invalid messages[0] null: expected an object.'],
  [
    'blend',
    { models: [model], messages: [{ role: 'user', content: null }] },
    'Invalid messages[0].content null: expected a text or an array.',
  ],
  [
    'blend',
    { models: [model], messages: [{ role: 'user', content: [3] }] },
    'Invalid messages[0].content[0] 3: expected an object.',
  ],
  [
    'createBlender',
    { cach: true },
    'Invalid option of createBlender "cach": there is no such option. Did you mean cache?',
  ],
  ['createBlender', { defaults: { strategi: 'full' } }, 'Invalid option of defaults "strategi"'],
  ['createBlender', { limits: 'x' }, 'Invalid limits "x": expected an object.'],
  ['cascadeRanker', { prefilter: 'small', ranker }, 'Invalid prefilter "small": expected an object with doCompare.'],
  ['rankerFromComparison', {}, 'Invalid compare undefined: expected a function.'],
])('%s with %j', async (name, options, message) => {
  const error = await errorOf(() => untyped[name]?.(options));
  expect(error).toBeInstanceOf(library.InvalidArgumentError);
  expect((error as Error).message).toContain(message);
});

test('the methods of a blender check likewise, and take its defaults whatever the function', async () => {
  await using blender = library.createBlender({ defaults: { ranker, strategy: 'full', maxCalls: 9, timeoutMs: 500 } });
  await expect(blender.rank({ ...question, candidates: ['a', 'b'] })).resolves.toMatchObject({ ranker: 'fake' });
  await expect(blender.fuse({ ...question, candidates: ['a'], fuser: model })).resolves.toMatchObject({ text: 'x' });
  // @ts-expect-error not an option
  await expect(blender.rank({ ...ranking, strategi: 'full' })).rejects.toThrow('Did you mean strategy?');
  await expect(blender.model(3 as unknown as string)).rejects.toThrow('Invalid model 3: expected a text.');
});

test('the types want exactly one question', async () => {
  // @ts-expect-error without a question
  await expect(library.rank({ candidates: ['a', 'b'], ranker })).rejects.toThrow('pass one of prompt');
  // @ts-expect-error two questions
  await expect(library.rank({ ...ranking, instruction: 'Why?' })).rejects.toThrow('not both');
  // @ts-expect-error input belongs to an instruction
  await expect(library.rank({ ...ranking, input: 'x' })).rejects.toThrow('only with instruction');
  // @ts-expect-error a text is no list of candidates
  await expect(library.rank({ ...ranking, candidates: 'ab' })).rejects.toThrow('expected an array');
});
