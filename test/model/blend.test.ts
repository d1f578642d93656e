import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type BlendPart,
  createBlender,
  INITIAL_BLEND_STATE,
  recordBlend,
  reduceBlend,
  replayBlend,
} from '../../src/index.ts';
import { createLocalModel } from '../../src/local/index.ts';
import { createInProcessJudge } from '../../src/rankers/llm-judge/index.ts';

const root = join(import.meta.dirname, '../..');
const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const model = `local/${path}`;
const ranker = `judge:${model}`;
const blender = createBlender();
const prompt = 'What is the best thing about Kaggle?';

afterAll(() => blender.dispose());

async function collect<VALUE>(values: AsyncIterable<VALUE>): Promise<readonly VALUE[]> {
  const all: VALUE[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test('three real answers are generated, compared, ranked and fused, and the better text is the answer', async () => {
  const result = await blender.blend({ prompt, models: [{ model, samples: 3 }], ranker, seed: 7, maxOutputTokens: 48 });
  expect(result.failures).toEqual([]);
  expect(result.candidates.map(({ id }) => id).toSorted()).toEqual(['1', '2', '3']);
  expect(new Set(result.candidates.map(({ text }) => text)).size).toBe(3);
  expect(result.candidates[0]?.rank).toBe(1);
  for (const candidate of result.candidates) {
    expect(candidate.text.trim()).not.toBe('');
    expect(candidate.usage.outputTokens).toBeGreaterThan(0);
    expect(candidate.usage.outputTokens).toBeLessThanOrEqual(48);
  }
  const ranking = result.comparisons.filter(({ phase }) => phase === 'rank');
  expect(ranking).toHaveLength(3);
  for (const { forward, reverse, logit } of ranking) {
    expect(forward?.verdictProbabilities).toBeDefined();
    expect(logit).toBeCloseTo(((forward?.logit ?? 0) - (reverse?.logit ?? 0)) / 2, 12);
  }
  expect(result.fused?.text).not.toBe('');
  const check = result.comparisons.find(({ phase }) => phase === 'check');
  expect(result.decision).toBe((check?.logit ?? 0) > 0 ? 'fused' : 'best-candidate');
  expect(result.text).toBe(result.decision === 'fused' ? result.fused?.text : result.candidates[0]?.text);
  // A small fuser may copy the best candidate, and then there is nothing to ask.
  expect(result.usage.calls).toBe(3 + 6 + 1 + (check?.rule === undefined ? 2 : 0));
  expect(result.cost).toBe(0);
});

test('a session on the real model: one answer is stopped while it is written, the others go on, and its recording replays', async () => {
  const session = blender.createBlendSession({ prompt, models: [{ model, samples: 3 }], maxOutputTokens: 24 });
  const [parts, kept] = session.parts().tee();
  const recording = collect(recordBlend(kept));
  const seen: BlendPart[] = [];
  const reading = (async () => {
    for await (const part of parts) {
      seen.push(part);
      if (part.type === 'candidate-delta' && part.id === '2') void session.stop('2');
    }
  })();
  const result = await session.run();
  expect(result.failures).toMatchObject([{ id: '2', kind: 'stopped' }]);
  expect(result.candidates.map(({ id }) => id).toSorted()).toEqual(['1', '3']);
  const again = await session.fuse({ from: ['1', '3'], instruction: 'Answer in one word.' });
  expect(again.fusion.fused?.from).toEqual(['1', '3']);
  await session.close();
  await reading;
  expect(await collect(replayBlend((await recording).join('')))).toEqual(seen);
  expect(seen.reduce(reduceBlend, INITIAL_BLEND_STATE)).toEqual(session.state);
});

test('the same seed gives the same candidates', async () => {
  const generate = () =>
    blender.generateCandidates({ prompt, models: [{ model, samples: 2 }], seed: 3, maxOutputTokens: 16 });
  const [first, second] = [await generate(), await generate()];
  expect(second.candidates.map(({ text }) => text)).toEqual(first.candidates.map(({ text }) => text));
});

describe('aborting a real blend ends it before its next part, and leaves the processor idle', () => {
  const phases: [string, (part: BlendPart) => boolean][] = [
    ['while the prompts are read', (part) => part.type === 'candidate-start'],
    ['while candidates are written', (part) => part.type === 'candidate-delta'],
    ['while candidates are compared', (part) => part.type === 'comparison-end' && part.comparison.phase === 'rank'],
    ['while the answer is fused', (part) => part.type === 'fusion-delta'],
    ['while the fused answer is checked', (part) => part.type === 'fusion-end'],
  ];
  test.each(phases)('%s', async (_, reached) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const late: string[] = [];
    const read = async () => {
      const stream = blender.streamBlend({
        prompt,
        models: [{ model, samples: 3 }],
        ranker,
        maxOutputTokens: 24,
        abortSignal: controller.signal,
      });
      for await (const part of stream) {
        if (controller.signal.aborted) late.push(part.type);
        else if (reached(part)) controller.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(late).toEqual([]);
    await sleep(1500); // what the runtime had begun ends within a batch
    const before = process.cpuUsage();
    await sleep(400);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(200);
  });

  test('and the next blend works', async () => {
    const { candidates } = await blender.generateCandidates({
      prompt,
      models: [{ model, samples: 4 }],
      maxOutputTokens: 4,
    });
    expect(candidates).toHaveLength(4);
  });
});

test('awkward candidates are ranked, and a fusion of long ones fits the context', async () => {
  const long = `First. ${'It has many data sets and a community. '.repeat(500)}Last.`;
  const candidates = ['', long, 'Datasets <|im_end|> and [SEP] <|candidate1|>', 'NUL \0 and 🎉 und 世界'];
  // The smaller the context, the less there is to read.
  await using local = await createLocalModel({ reference: model, path, contextTokens: 512, maxParallelCalls: 1 });
  const judge = createInProcessJudge({ model: local, name: ranker });
  const ranked = await blender.rank({ prompt, candidates, ranker: judge });
  expect(ranked.ranks[0]).toBe(4);
  expect(ranked.truncated).toBe(true);
  expect(ranked.scores.every(Number.isFinite)).toBe(true);
  const fused = await blender.fuse({
    prompt,
    candidates: [long, long.replaceAll('many', 'good')],
    fuser: { model: local, maxOutputTokens: 8 },
  });
  expect(fused.truncated).toBe(true);
  expect(fused.text).not.toBe('');
  expect(fused.usage.inputTokens).toBeLessThanOrEqual(512 - 8);
});

test('a program that blends ends by itself', async () => {
  const script = `
    const { blend } = await import('./src/index.ts');
    const { text } = await blend({ prompt: 'Say hi.', models: ['${model}', '${model}'], ranker: '${ranker}', maxOutputTokens: 6 });
    console.log(text.length > 0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    timeout: 120_000,
  });
  expect(stdout.trim()).toBe('true');
});

test('models in this process read a mark in place of an image, and all of them say so', async () => {
  const image = { type: 'file', mediaType: 'image/png', data: Buffer.from('89504e470d0a1a0a', 'hex') } as const;
  const { candidates, fused, warning, failures } = await blender.blend({
    models: [{ model, samples: 2 }],
    ranker,
    seed: 7,
    maxOutputTokens: 16,
    // Without labels, which a model as small as this one may repeat: then the fusion is rejected.
    fusionPrompt: ({ candidates: drafts }) => `Which is right? ${drafts.map(({ text }) => text).join(' Or: ')}`,
    messages: [
      {
        role: 'user',
        content: [
          { ...image, filename: 'photo.png' },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ],
  });
  expect(failures).toEqual([]);
  for (const warnings of [...candidates.map((candidate) => candidate.warnings), fused?.warnings])
    expect(warnings).toMatchObject([
      { feature: 'image input', details: expect.stringContaining('[image: photo.png, not shown to this model]') },
    ]);
  expect(candidates.map(({ usage }) => usage.calls)).toEqual([1, 1]);
  expect(warning).toContain('was not shown the images and files of the task');
});
