import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ModelLoadError } from '../../error/index.ts';
import type { Pair } from '../../spec/pair-ranker.ts';
import { describePairRanker } from '../pair-ranker.contract.ts';
import { EncoderRanker } from './trained-ranker.ts';
import { loadOnnxSession } from './onnx-session.ts';

const folder = fileURLToPath(new URL('../../../models/small', import.meta.url));
const ranker = await EncoderRanker.load({ folder, name: 'small' });
afterAll(() => ranker[Symbol.asyncDispose]());

describePairRanker('the encoder ranker with the weights that ship', { create: () => ranker });

const task = { instruction: 'How do I boil an egg?', input: '' };
const texts = Array.from(
  { length: 24 },
  (_, index) => `Put it in boiling water. ${`Wait ${index} minutes. `.repeat(1 + ((index * 7) % 40))}`,
);
const pairs = texts.map((left): Pair => ({ task, left, right: 'Eggs are round.' }));

test('logits are the same to the last bit alone, in a batch, in any order and with any number of threads', async () => {
  const { judgements } = await ranker.doCompare({ pairs });
  await using single = await EncoderRanker.load({ folder, threads: 1 });
  const reversed = await single.doCompare({ pairs: pairs.toReversed() });
  expect(reversed.judgements.toReversed()).toEqual(judgements);
  await using other = await EncoderRanker.load({ folder, threads: 2 });
  for (const [index, pair] of pairs.entries()) {
    const alone = await other.doCompare({ pairs: [pair] });
    expect(alone.judgements[0]).toEqual(judgements[index]);
  }
});

test('each text is run once, whatever the number of its pairs, also for callers at the same time', async () => {
  await using fresh = await EncoderRanker.load({ folder });
  const all = texts.flatMap((left) => texts.filter((right) => right !== left).map((right) => ({ task, left, right })));
  const [first, second] = await Promise.all([fresh.doCompare({ pairs: all }), fresh.doCompare({ pairs: all })]);
  expect(first.usage.calls + second.usage.calls).toBe(texts.length);
  expect(second.judgements).toEqual(first.judgements);
  expect(first.usage.inputTokens).toBeGreaterThan(texts.length * 10);
});

test('one caller aborting does not take the texts away from another', async () => {
  await using fresh = await EncoderRanker.load({ folder });
  const controller = new AbortController();
  const reason = new Error('enough');
  const given = expect(fresh.doCompare({ pairs, abortSignal: controller.signal })).rejects.toBe(reason);
  const kept = fresh.doCompare({ pairs });
  controller.abort(reason);
  await given;
  await expect(kept).resolves.toEqual({
    judgements: (await ranker.doCompare({ pairs })).judgements,
    usage: expect.objectContaining({ calls: 0 }),
  });

  const alone = fresh.doCompare({
    pairs: [{ task, left: 'Never asked before.', right: 'Nor this.' }],
    abortSignal: controller.signal,
  });
  await expect(alone).rejects.toBe(reason);
});

test('a text given up by all is asked anew', async () => {
  await using fresh = await EncoderRanker.load({ folder });
  const controller = new AbortController();
  const pair = { task, left: 'First.', right: 'Second.' };
  const given = fresh.doCompare({ pairs: [pair], abortSignal: controller.signal });
  controller.abort();
  await expect(given).rejects.toBe(controller.signal.reason);
  const { judgements } = await fresh.doCompare({ pairs: [pair] });
  expect(judgements[0]?.logit).toBe((await ranker.doCompare({ pairs: [pair] })).judgements[0]?.logit);
});

test('a long text keeps its head and its tail, and says that it was cut', async () => {
  const filler = 'This goes on and on. '.repeat(400);
  const ask = async (left: string) => (await ranker.doCompare({ pairs: [{ task, left, right: 'No.' }] })).judgements[0];
  const plain = await ask(`Begin. ${filler} End.`);
  expect(plain?.truncated).toBe(true);
  expect((await ask(`Start. ${filler} End.`))?.logit).not.toBe(plain?.logit);
  expect((await ask(`Begin. ${filler} Stop.`))?.logit).not.toBe(plain?.logit);
  expect((await ask('Short.'))?.truncated).toBe(false);
});

test('without the runtime, the command that adds it', async () => {
  await expect(loadOnnxSession(join(folder, 'model.onnx'), 'small', { runtime: 'not-a-runtime' })).rejects.toThrow(
    'The ranker small needs not-a-runtime, which is not installed. Add it with: npm install onnxruntime-node --onnxruntime-node-install=skip',
  );
});

test.each([
  ['config.json', '{"format":"other"}', 'does not describe a ranker'],
  ['config.json', 'not json', 'Could not load x from'],
  ['tokenizer.json', '7', 'it is no JSON object'],
  ['phrases.json', '{"base":3,"keys":[1],"weights":[]}', 'holds no table of phrases'],
  ['model.onnx', 'not a graph', 'Could not load x from'],
])('a folder with a broken %s is refused with its path', async (file, content, message) => {
  const broken = await mkdtemp(join(tmpdir(), 'ranker-'));
  await cp(folder, broken, { recursive: true });
  await writeFile(join(broken, file), content);
  const error = await EncoderRanker.load({ folder: broken, name: 'x' }).catch((thrown: unknown) => thrown);
  await rm(broken, { recursive: true });
  expect(error).toBeInstanceOf(ModelLoadError);
  expect((error as ModelLoadError).message).toContain(message);
  expect((error as ModelLoadError).path).toBe(join(broken, file));
});
