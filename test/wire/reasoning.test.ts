import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, test } from 'vitest';
import { type BlendPart, createBlender } from '../../src/index.ts';
import { askOnce } from './ask-once.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import type { Reply } from './reply.ts';
import { wireOptions } from './wire-blender.ts';

/** One event of a chat completions stream. */
function event(delta: unknown, more: Record<string, unknown> = {}): string {
  return `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, ...more }] })}\n\n`;
}

/** A stream of these deltas, each in a write of its own. */
function streamed(deltas: readonly Record<string, unknown>[], { finish = 'stop' }: { finish?: string } = {}): Reply {
  const events = [
    ...deltas.map(({ logprobs, ...delta }) => event(delta, logprobs === undefined ? {} : { logprobs })),
    event({}, { finish_reason: finish }),
    'data: [DONE]\n\n',
  ];
  return {
    status: 200,
    statusText: 'OK',
    headers: { 'content-type': 'text/event-stream' },
    chunks: events.map((text) => Buffer.from(text)),
  };
}

/** The text in deltas of so many signs. */
function saying(text: string, { size = 3, finish = 'stop' }: { size?: number; finish?: string } = {}): Reply {
  const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return streamed(
    pieces.map((content) => ({ content })),
    { finish },
  );
}

const MODEL = 'mine/thinker';
const ANSWER = 'The sky is blue.';
const THOUGHT = 'Hm, why blue?';

describe('candidates', () => {
  test.each([
    ['tags', `<think>\n${THOUGHT}\n</think>\n\n${ANSWER}`],
    ['tags of another name', `<seed:think>${THOUGHT}</seed:think>${ANSWER}`],
    ['a channel', `<|channel>thought\n${THOUGHT}<channel|>${ANSWER}`],
    ['brackets', `[THINK]${THOUGHT}[/THINK]${ANSWER}`],
    ['triangles', `◁think▷${THOUGHT}◁/think▷${ANSWER}`],
    ['only the end', `${THOUGHT}\n</think>\n\n${ANSWER}`],
  ])('%s, in pieces of any size', async (_, text) => {
    for (const size of [1, 2, 5, 1000]) {
      const { candidate } = await askOnce(MODEL, saying(text, { size }));
      expect(candidate).toMatchObject({ text: ANSWER, reasoning: THOUGHT });
    }
  });

  test.each(['reasoning_content', 'reasoning'])('what the server reports as %s', async (field) => {
    const reply = streamed([{ [field]: 'Hm, ' }, { [field]: 'why blue?' }, { content: ANSWER }]);
    expect((await askOnce(MODEL, reply)).candidate).toMatchObject({ text: ANSWER, reasoning: THOUGHT });
  });

  test('a server that reports the thought but leaves its end in the text', async () => {
    const reply = streamed([{ reasoning_content: THOUGHT }, { content: '\n</think>' }, { content: `\n\n${ANSWER}` }]);
    expect((await askOnce(MODEL, reply)).candidate).toMatchObject({ text: ANSWER, reasoning: THOUGHT });
  });

  test('a server that does not stream', async () => {
    const message = { role: 'assistant', content: `<think>${THOUGHT}</think>${ANSWER}` };
    const reply: Reply = {
      status: 200,
      statusText: 'OK',
      headers: { 'content-type': 'application/json' },
      chunks: [Buffer.from(JSON.stringify({ id: 'c1', choices: [{ index: 0, message, finish_reason: 'stop' }] }))],
    };
    expect((await askOnce(MODEL, reply)).candidate).toMatchObject({ text: ANSWER, reasoning: THOUGHT });
  });

  test.each([
    ['no mark', ANSWER],
    ['a thought in code', 'Use this:\n```xml\n<think>Hm.</think>\n```\n'],
    ['a thought in the middle', 'Models write <think>Hm.</think> before an answer.'],
    ['white space around it', '\n Blue. \n'],
  ])('an answer with %s stays', async (_, text) => {
    const { candidate } = await askOnce(MODEL, saying(text));
    expect(candidate?.text).toBe(text);
    expect(candidate?.reasoning).toBeUndefined();
  });

  test.each([
    ['an unfinished thought', saying(`<think>${THOUGHT}`, { finish: 'length' }), /thought \(length\): raise maxOutput/],
    ['a thought', saying(`<think>${THOUGHT}</think>\n`), /thought \(stop\)$/],
    ['a reported thought', streamed([{ reasoning_content: THOUGHT }]), /thought \(stop\)$/],
    ['an empty thought', saying('<think>\n</think>'), /empty \(stop\)$/],
  ])('nothing but %s is empty', async (_, reply, message) => {
    const { failure } = await askOnce(MODEL, reply);
    expect(failure).toMatchObject({ kind: 'empty', message: expect.stringMatching(message) });
  });
});

/** Answers by what is asked: the models by name, the judge, and the fuser by its fences. */
function server(answers: {
  readonly models: Readonly<Record<string, Reply>>;
  readonly judge?: Reply | ((request: ReceivedRequest) => Reply);
  readonly fuser?: (prompt: string) => Reply;
}): Promise<ReplayServer> {
  return ReplayServer.start((request) => {
    const { model, messages } = request.body as { model: string; messages: readonly { content: string }[] };
    const prompt = messages.at(-1)?.content ?? '';
    if (prompt.includes('<candidate-A')) {
      return typeof answers.judge === 'function' ? answers.judge(request) : (answers.judge ?? saying('1. A is better'));
    }
    if (prompt.includes('<draft-1')) return answers.fuser?.(prompt) ?? saying('Fused.');
    return answers.models[model] ?? saying(ANSWER);
  });
}

async function blendParts(replay: ReplayServer) {
  await using blender = createBlender(wireOptions(replay));
  const all: BlendPart[] = [];
  const stream = blender.streamBlend({
    prompt: 'Why is the sky blue?',
    models: ['mine/a', 'mine/b'],
    ranker: 'judge:mine/judge',
    fuser: 'mine/fuser',
    maxRetries: 0,
  });
  for await (const part of stream) all.push(part);
  const end = all.at(-1);
  if (end?.type !== 'blend-end') throw new Error('a blend ends with blend-end');
  return { all, result: end.result };
}

/** What a listener has of one candidate. */
function heardOf(all: readonly BlendPart[], id: string) {
  let [text, reasoning, restarts] = ['', '', 0];
  for (const part of all) {
    if (part.type === 'candidate-delta' && part.id === id) text += part.delta;
    if (part.type === 'candidate-reasoning-delta' && part.id === id) reasoning += part.delta;
    if (part.type === 'candidate-restart' && part.id === id) {
      restarts += 1;
      reasoning += text;
      text = '';
    }
  }
  return { text, reasoning: reasoning.trim(), restarts };
}

test('a blend streams thoughts apart, and ranks, judges and fuses without them', async () => {
  await using replay = await server({
    models: {
      a: saying(`<think>${THOUGHT}</think>Blue.`),
      b: saying('So.\n</think>\nBecause air scatters blue light.'),
    },
    judge: saying('<think>A is best. A is better.</think>2. B is better'),
    fuser: () => saying('I join them.</think>It scatters blue light.'),
  });
  const { all, result } = await blendParts(replay);
  expect(heardOf(all, '1')).toEqual({ text: 'Blue.', reasoning: THOUGHT, restarts: 0 });
  expect(heardOf(all, '2')).toEqual({ text: 'Because air scatters blue light.', reasoning: 'So.', restarts: 1 });
  expect(result.comparisons.map(({ forward }) => forward?.verdict)).toEqual(['right', 'right']);
  expect(result.fused).toMatchObject({ text: 'It scatters blue light.', reasoning: 'I join them.' });
  expect(all.filter(({ type }) => type === 'fusion-restart')).toHaveLength(1);
  const asked = JSON.stringify(replay.requests.map(({ body }) => body));
  expect(asked).not.toContain('think>');
  expect(asked).not.toContain(THOUGHT);
});

test('the same with marks of the prompt in the fusion: they are taken out', async () => {
  await using replay = await server({
    models: { a: saying('Blue.'), b: saying('It scatters.') },
    fuser: (prompt) => {
      const mark = /<draft-1 (\w{16})/.exec(prompt)?.[1];
      return saying(`<draft-3 ${mark}>\nBlue light scatters.\n</draft-3 ${mark}>`);
    },
  });
  const { all, result } = await blendParts(replay);
  expect(result.fused?.text).toBe('Blue light scatters.');
  const restart = all.findLastIndex(({ type }) => type === 'fusion-restart');
  const deltas = all.slice(restart).flatMap((part) => (part.type === 'fusion-delta' ? part.delta : []));
  expect(deltas.join('')).toBe('Blue light scatters.');
});

test('a fusion that speaks of the drafts by their labels is rejected', async () => {
  await using replay = await server({
    models: { a: saying('Blue.'), b: saying('It scatters.') },
    fuser: () => saying('As draft-1 says, it is blue, and Draft 2 adds that it scatters.'),
  });
  const { result } = await blendParts(replay);
  expect(result).toMatchObject({
    decision: 'best-candidate',
    fused: undefined,
    failures: [{ phase: 'fuse', kind: 'error', message: expect.stringContaining('labels') }],
  });
});

/** The tokens of a reply with their probabilities; the last has the other choices too. */
function tokens(texts: readonly string[], likely: Readonly<Record<string, number>>): Reply {
  const entry = (token: string, probability: number) => ({ token, logprob: Math.log(probability) });
  return streamed(
    texts.map((token, index) => ({
      content: token,
      logprobs: {
        content: [
          {
            ...entry(token, 0.9),
            top_logprobs:
              index === texts.length - 1
                ? Object.entries(likely).map(([other, probability]) => entry(other, probability))
                : [entry(token, 0.9), entry('3', 0.1)],
          },
        ],
      },
    })),
  );
}

test.each([
  ['without a thought', ['2']],
  ['after a thought', ['<think>', '1', ' or', ' 2', '?', '</think>', '\n\n', '2']],
  ['after a thought that begins with a number', ['1', '.', ' A', ' is', ' fine', '.\n', '</think>', '\n\n', '2']],
])('a judge’s probabilities are those of its answer: %s', async (_, texts) => {
  await using replay = await server({ models: {}, judge: tokens(texts, { 2: 0.8, 1: 0.2 }) });
  await using blender = createBlender(wireOptions(replay));
  const model = createOpenAI({ baseURL: `${replay.url}/v1`, apiKey: 'not-a-real-key' }).chat('gpt-4.1-mini');
  const question = { prompt: 'Why?', a: 'One.', b: 'Two.', orders: 'forward' } as const;
  const { forward } = await blender.compare({ ...question, ranker: { judge: model } });
  expect(forward?.verdictProbabilities).toMatchObject({ left: expect.closeTo(0.2, 6), right: expect.closeTo(0.8, 6) });
});

test('a judge that never ends its thought is read by what it comes to', async () => {
  await using replay = await server({ models: {}, judge: saying('<think>\nHm, hard to say.\n\n1. A is better') });
  await using blender = createBlender(wireOptions(replay));
  const options = { prompt: 'Why?', a: 'One.', b: 'Two.', ranker: 'judge:mine/judge', orders: 'forward' } as const;
  expect((await blender.compare(options)).forward?.verdict).toBe('left');
});
