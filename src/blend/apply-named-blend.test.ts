import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../error/index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { applyNamedBlend } from './apply-named-blend.ts';
import { createBlender } from '../api/index.ts';
import type { NamedBlends } from './named-blend.ts';

async function collect<PART>(stream: ReadableStream<PART>): Promise<readonly PART[]> {
  const parts: PART[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const prompt = 'Say something.';
const blends: NamedBlends = {
  quick: { models: ['a/b'], samples: 2, temperature: 0, system: 'Be brief.', timeoutMs: 5, topK: 7, fusion: false },
};

test('a named blend fills in what the call leaves open', () => {
  expect(applyNamedBlend({ prompt, blend: 'quick', blends, topK: 2, fusion: undefined })).toEqual({
    prompt,
    blend: 'quick',
    blends,
    models: ['a/b'],
    samples: 2,
    temperature: 0,
    system: 'Be brief.',
    timeoutMs: 5,
    topK: 2,
    fusion: false,
  });
});

test('what a blend says of its own models says nothing of models that the caller names', () => {
  expect(applyNamedBlend({ prompt, blend: 'quick', blends, models: ['c/d'] })).toEqual({
    prompt,
    blend: 'quick',
    blends,
    models: ['c/d'],
    system: 'Be brief.',
    timeoutMs: 5,
    topK: 7,
    fusion: false,
  });
});

test('one of the same name takes the place of a built-in blend', () => {
  const local = { models: ['x/y'] };
  expect(applyNamedBlend({ prompt })).toMatchObject({ models: ['local/smollm2-135m-instruct'], samples: 3 });
  expect(applyNamedBlend({ prompt, blends: { local } })).toEqual({ prompt, blends: { local }, models: ['x/y'] });
});

test('an unknown name is an error that lists all names', () => {
  for (const blend of ['slow', 'constructor', '']) {
    expect(() => applyNamedBlend({ prompt, blend, blends })).toThrow(InvalidArgumentError);
    expect(() => applyNamedBlend({ prompt, blend, blends })).toThrow(/expected one of: local, (.*, )?quick\./);
  }
});

test('a blender knows its blends in both functions, and a call may bring more', async () => {
  const mine = { models: [new FakeLanguageModel({ answer: 'mine' })] };
  const ranker = new FakePairRanker();
  await using blender = createBlender({ blends: { mine } });
  expect(await blender.blend({ prompt, blend: 'mine', ranker })).toMatchObject({ text: 'mine' });
  const parts = await collect(blender.streamBlend({ prompt, blend: 'mine', blends: { other: mine }, ranker }));
  expect(parts.at(-1)).toMatchObject({ type: 'blend-end', result: { text: 'mine' } });
  await expect(blender.blend({ prompt, blend: 'none', blends: { other: mine } })).rejects.toThrow('mine, other.');
});
