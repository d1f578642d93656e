import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { LlamaModel, Token } from 'node-llama-cpp';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ContextExceededError, InvalidArgumentError } from '../../src/error/index.ts';
import { createLocalModel } from '../../src/local/index.ts';
import { createPromptTokenizer } from '../../src/local/prompt-tokenizer.ts';
import { getRuntime } from '../../src/local/runtime.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const batches: (readonly number[])[] = [];
const model = await createLocalModel({
  reference: 'local/smollm2',
  path,
  threads: 1,
  contextTokens: 512,
  maxParallelCalls: 2,
  _internal: { onBatch: (tokens) => batches.push(tokens) },
});
afterAll(() => model[Symbol.asyncDispose]());
beforeEach(() => void batches.splice(0));

const ask = (text: string): LanguageModelV4CallOptions['prompt'] => [
  { role: 'system', content: 'You judge.' },
  { role: 'user', content: [{ type: 'text', text }] },
];
const QUESTION = 'Which is better?\nA: Paris is in France.\nB: I like trains.';
const VERDICTS = ['A is better', 'B is better', 'Both are good', 'Both are bad', 'A'];

const score = (text: string, continuations: readonly string[] = VERDICTS, answerPrefix = '') =>
  model.scoreContinuations({ prompt: ask(text), continuations, answerPrefix });

/** The same by the runtime's own probabilities, one token after the other. */
async function reference(native: LlamaModel, tokens: readonly Token[], answer: readonly Token[]): Promise<number> {
  await using context = await native.createContext({
    contextSize: 512,
    batchSize: 64,
    flashAttention: false,
    threads: 1,
  });
  const sequence = context.getSequence();
  let logProbability = 0;
  let input = [...tokens];
  for (const next of answer) {
    const last = input.length - 1;
    const outputs = await sequence.controlledEvaluate(
      input.map((token, index) => (index === last ? [token, { generateNext: { probabilities: true } }] : token)),
    );
    logProbability += Math.log(outputs[last]?.next.probabilities?.get(next) ?? NaN);
    input = [next];
  }
  return logProbability;
}

test("log probabilities of whole continuations are those of the model's own distribution", async () => {
  const { logProbabilities, inputTokens } = await score(QUESTION);
  const runtime = await getRuntime('this test');
  const native = await runtime.llama.loadModel({ modelPath: path });
  const { tokenizer } = createPromptTokenizer(native);
  const { tokens, answers } = tokenizer.tokenize(
    {
      messages: [
        { role: 'system', content: 'You judge.' },
        { role: 'user', content: QUESTION },
      ],
      answerPrefix: '',
    },
    VERDICTS,
  );
  const expected = [];
  for (const answer of answers) expected.push(await reference(native, tokens, answer));
  expect(logProbabilities).toEqual(expected.map((value) => expect.closeTo(value, 3)));
  expect(inputTokens).toBe(tokens.length);
  expect(Math.max(...logProbabilities)).toBeLessThanOrEqual(0);
  // A beginning is at least as likely as what goes on from it.
  expect(logProbabilities[4]).toBeGreaterThanOrEqual(logProbabilities[0] ?? NaN);
  await native.dispose();
});

test('the result does not depend on what was evaluated before, beside it, or asked with it', async () => {
  const first = await score(QUESTION);
  await score('word '.repeat(80), ['yes', 'no']);
  await model.doGenerate({ prompt: ask(`${QUESTION} And why?`), maxOutputTokens: 4 });
  expect(await score(QUESTION)).toEqual(first);
  const [beside] = await Promise.all([
    score(QUESTION),
    model.doGenerate({ prompt: ask('Tell me a story.'), maxOutputTokens: 12 }),
    score(`${QUESTION} `),
  ]);
  expect(beside).toEqual(first);
  const { logProbabilities } = await score(QUESTION, ['Both are bad', 'B is better']);
  expect(logProbabilities).toEqual([first.logProbabilities[3], first.logProbabilities[1]]);
});

test('a prompt that begins like an earlier one takes less work, and gives what it gives alone', async () => {
  const long = 'A candidate says a lot of things about trains. '.repeat(12);
  await score(`${long} First?`);
  const whole = batches.flat().reduce((sum, tokens) => sum + tokens, 0);
  batches.splice(0);
  const second = await score(`${long} Second, then?`);
  expect(batches.flat().reduce((sum, tokens) => sum + tokens, 0)).toBeLessThan(whole / 2);
  await Promise.all([score('word '.repeat(40)), score('other '.repeat(40))]);
  expect(await score(`${long} Second, then?`)).toEqual(second);
});

test('continuations that begin alike share the work', async () => {
  await score(QUESTION, ['Both are good', 'Both are bad', 'Both are', 'Both']);
  // The prompt, then "Both" and "are" once each; the last tokens of all need no evaluation.
  expect(batches.slice(-3).map((batch) => batch[0])).toEqual([expect.any(Number), 1, 1]);
  const chunks = Math.ceil((await score(QUESTION, ['A'])).inputTokens / 64);
  expect(batches.length).toBeLessThanOrEqual(2 * chunks + 2);
});

test('the beginning of an answer counts as given', async () => {
  const [one, both] = [await score(QUESTION, ['A is better']), await score(QUESTION, ['A'])];
  const rest = await score(QUESTION, [' is better'], 'A');
  expect(rest.logProbabilities[0]).toBeCloseTo((one.logProbabilities[0] ?? 0) - (both.logProbabilities[0] ?? 0), 0);
  const inPrompt = await model.scoreContinuations({
    prompt: [...ask(QUESTION), { role: 'assistant', content: [{ type: 'text', text: 'A' }] }],
    continuations: [' is better'],
  });
  expect(inPrompt).toEqual(rest);
});

test('what cannot be scored', async () => {
  await expect(score(QUESTION, ['A', ''])).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(score('word '.repeat(600))).rejects.toBeInstanceOf(ContextExceededError);
  expect((await score(QUESTION, [])).logProbabilities).toEqual([]);
  const reason = new Error('enough');
  const aborted = model.scoreContinuations({
    prompt: ask(QUESTION),
    continuations: ['A'],
    abortSignal: AbortSignal.abort(reason),
  });
  await expect(aborted).rejects.toBe(reason);
});

test('any continuation has a probability', async () => {
  const { logProbabilities } = await score(QUESTION, ['\u0000', '\uD800', '😀', '漢字', '<|im_end|>', ' ', '\n\n']);
  for (const value of logProbabilities) expect(value).toBeLessThanOrEqual(0);
  expect(logProbabilities.every(Number.isFinite)).toBe(true);
});
