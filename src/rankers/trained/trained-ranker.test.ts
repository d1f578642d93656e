import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { compare } from '../../compare/index.ts';
import { ModelLoadError } from '../../error/index.ts';
import type { Pair } from '../../spec/pair-ranker.ts';
import { describePairRanker } from '../pair-ranker.contract.ts';
import { FakeOnnxRuntime } from '../onnx/__fixtures__/fake-onnx-runtime.ts';
import { loadTrainedRanker } from './trained-ranker.ts';

const folder = fileURLToPath(new URL('../../../models/small', import.meta.url));
const ranker = await loadTrainedRanker({ folder, name: 'small' });
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
  await using single = await loadTrainedRanker({ folder, threads: 1 });
  const reversed = await single.doCompare({ pairs: pairs.toReversed() });
  expect(reversed.judgements.toReversed()).toEqual(judgements);
  await using other = await loadTrainedRanker({ folder, threads: 2 });
  for (const [index, pair] of pairs.entries()) {
    const alone = await other.doCompare({ pairs: [pair] });
    expect(alone.judgements[0]).toEqual(judgements[index]);
  }
});

test('each text is run once, whatever the number of its pairs, also for callers at the same time', async () => {
  await using fresh = await loadTrainedRanker({ folder });
  const all = texts.flatMap((left) => texts.filter((right) => right !== left).map((right) => ({ task, left, right })));
  const [first, second] = await Promise.all([fresh.doCompare({ pairs: all }), fresh.doCompare({ pairs: all })]);
  expect(first.usage.calls + second.usage.calls).toBe(texts.length);
  expect(first.usage.rankerPasses).toBe(first.usage.calls);
  expect(second.judgements).toEqual(first.judgements);
  expect(first.usage.inputTokens).toBeGreaterThan(texts.length * 10);
});

test('one caller aborting does not take the texts away from another', async () => {
  await using fresh = await loadTrainedRanker({ folder });
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
  await using fresh = await loadTrainedRanker({ folder });
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
  const missing = Object.assign(new Error("Cannot find package 'onnxruntime-node' imported from /x.js"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(
    loadTrainedRanker({ folder, name: 'small', importRuntime: () => Promise.reject(missing) }),
  ).rejects.toThrow(
    'The ranker small needs onnxruntime-node, which is not installed. Add it with: npm install onnxruntime-node --ignore-scripts',
  );
});

test('a runtime that is installed and does not load is reported as such', async () => {
  const importRuntime = () => Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file'));
  await expect(loadTrainedRanker({ folder, importRuntime })).rejects.toThrow(
    'onnxruntime-node, which is installed but cannot be loaded: libonnxruntime.so.1: cannot open shared object file.',
  );
});

test.each([
  ['config.json', '{"format":"other"}', 'does not describe a ranker'],
  ['config.json', 'not json', 'Could not load x from'],
  ['tokenizer.json', '7', 'it is no JSON object'],
  ['tokenizer.json', '{}', 'Could not load x from'],
  ['phrases.json', '{"base":3,"keys":[1],"weights":[]}', 'holds no table of phrases'],
  ['model.onnx', 'not a graph', 'Could not load x from'],
])('a folder with a broken %s is refused with its path', async (file, content, message) => {
  const broken = await mkdtemp(join(tmpdir(), 'ranker-'));
  await cp(folder, broken, { recursive: true });
  await writeFile(join(broken, file), content);
  const runtime = new FakeOnnxRuntime();
  const options = file === 'model.onnx' ? {} : { importRuntime: runtime.import };
  const error = await loadTrainedRanker({ folder: broken, name: 'x', ...options }).catch((thrown: unknown) => thrown);
  await rm(broken, { recursive: true });
  expect(runtime.open).toBe(0);
  expect(error).toBeInstanceOf(ModelLoadError);
  expect((error as ModelLoadError).message).toContain(message);
  expect((error as ModelLoadError).path).toBe(join(broken, file));
});

test.each(['config.json', 'tokenizer.json', 'phrases.json'])('a folder without %s says what helps', async (file) => {
  const partial = await mkdtemp(join(tmpdir(), 'ranker-'));
  await cp(folder, partial, { recursive: true });
  await rm(join(partial, file));
  const error = await loadTrainedRanker({ folder: partial, name: 'x' }).catch((thrown: unknown) => thrown);
  await rm(partial, { recursive: true });
  expect(error).toBeInstanceOf(ModelLoadError);
  expect((error as ModelLoadError).message).toBe(
    `Could not load x from ${join(partial, file)}: the file is missing. Fetch or copy all files of the ranker into ${partial} again, or name another folder.`,
  );
});

test('the network is freed with the ranker', async () => {
  const runtime = new FakeOnnxRuntime();
  const loaded = await loadTrainedRanker({ folder, importRuntime: runtime.import });
  expect(runtime.open).toBe(1);
  await loaded[Symbol.asyncDispose]();
  expect(runtime.open).toBe(0);
});

test.each([
  ['Столица Франции - Париж.', true],
  ['巴黎是法国的首都。', true],
  ['ปารีสเป็นเมืองหลวงของฝรั่งเศส', true],
  ['🎉🎉🎉', true],
  ['Der Eiffelturm steht in Paris, natürlich!', false],
  ['f(α) = ∑ β², def f(x): return x → ∀x∈ℝ', false],
  ['The word for it is 巴黎, which is Chinese for Paris.', false],
  ['42', false],
])('%s is unreadable: %s', async (text, unreadable) => {
  const { judgements } = await ranker.doCompare({ pairs: [{ task, left: 'It is Paris.', right: text }] });
  expect(judgements[0]?.unreadable ?? false).toBe(unreadable);
  const result = await compare({ prompt: 'Where?', a: text, b: 'It is Paris.', ranker });
  expect(result).toMatchObject({
    unreadable,
    warning: unreadable
      ? expect.stringContaining('Next to nothing of a text is in the vocabulary of small')
      : undefined,
  });
});
