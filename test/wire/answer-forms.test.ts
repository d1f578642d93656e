import { describe, expect, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply, withHeaders } from './reply.ts';
import { KEY } from './wire-blender.ts';

const KEYS = {
  mine: 'MINE',
  groq: 'GROQ_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GEMINI_API_KEY',
  gateway: 'AI_GATEWAY_API_KEY',
} as const;
type Name = keyof typeof KEYS;

function reply(body: string, type: string): Reply {
  return { status: 200, statusText: 'OK', headers: { 'content-type': type }, chunks: [Buffer.from(body)] };
}

async function ask(name: Name, answer: Reply) {
  await using server = await ReplayServer.start(answer);
  const providers = { [name]: { baseURL: `${server.url}/v1`, apiKeyEnv: KEYS[name] } };
  await using blender = createBlender({ env: { [KEYS[name]]: KEY }, providers });
  const { candidates, failures } = await blender
    .generateCandidates({ prompt: 'Why?', models: [`${name}/m`], maxRetries: 0 })
    .catch((error: unknown) => ({ candidates: [], failures: [error] }));
  const [candidate] = candidates;
  return { text: candidate?.text, usage: candidate?.usage, finishReason: candidate?.finishReason, failures };
}

const chunk = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const DONE = 'data: [DONE]\n\n';
const END = chunk({ delta: {}, finish_reason: 'stop' });
const completion = (choice: object, more: object = {}) =>
  JSON.stringify({ id: 'c', object: 'chat.completion', choices: [{ index: 0, ...choice }], ...more });
const part = (text: string) => ({ type: 'text', text });

const SSE = 'text/event-stream';
const JSON_TYPE = 'application/json';
const MESSAGE = { message: { role: 'assistant', content: 'Yes: é.' }, finish_reason: 'stop' };
const COUNTED = { inputTokens: 5, outputTokens: 7 };
const UNKNOWN = { inputTokens: undefined, outputTokens: undefined };
const USAGE = { usage: { prompt_tokens: 5, completion_tokens: 7 } };

/** Forms of the answer "Yes: é." */
const FORMS: readonly (readonly [name: string, type: string, body: string, usage: object])[] = [
  ['usual', SSE, chunk({ delta: { content: 'Yes: ' } }) + chunk({ delta: { content: 'é.' } }) + END + DONE, UNKNOWN],
  ['[DONE] without a finish reason', SSE, chunk({ delta: { content: 'Yes: é.' } }) + DONE, UNKNOWN],
  ['a finish reason without [DONE]', SSE, chunk({ delta: { content: 'Yes: é.' } }) + END, UNKNOWN],
  ['[DONE] with a space behind it', SSE, `${chunk({ delta: { content: 'Yes: é.' } })}data: [DONE] \n\n`, UNKNOWN],
  [
    'a list of parts',
    SSE,
    chunk({ delta: { content: [part('Yes: ')] } }) + chunk({ delta: { content: [part('é.')] } }) + END + DONE,
    UNKNOWN,
  ],
  [
    'a thought among the parts',
    SSE,
    chunk({ delta: { content: [{ type: 'thinking', thinking: [part('hm')] }] } }) +
      chunk({ delta: { content: [part('Yes: é.')] } }) +
      END +
      DONE,
    UNKNOWN,
  ],
  [
    'a thought as a text',
    SSE,
    chunk({ delta: { content: [{ type: 'thinking', thinking: 'hm' }, part('Yes: é.')] } }) + END + DONE,
    UNKNOWN,
  ],
  ['texts in the list', SSE, chunk({ delta: { content: ['Yes: ', 'é.'] } }) + END + DONE, UNKNOWN],
  ['one part', SSE, chunk({ delta: { content: part('Yes: é.') } }) + END + DONE, UNKNOWN],
  [
    'parts with a value',
    SSE,
    chunk({ delta: { content: [{ type: 'text', text: { value: 'Yes: é.', annotations: [] } }] } }) + END + DONE,
    UNKNOWN,
  ],
  [
    'parts of output',
    SSE,
    chunk({ delta: { content: [{ type: 'output_text', text: 'Yes: é.' }] } }) + END + DONE,
    UNKNOWN,
  ],
  [
    'thoughts beside it',
    SSE,
    chunk({ delta: { reasoning_content: 'hm' } }) +
      chunk({ delta: { reasoning: 'hm' } }) +
      chunk({ delta: { content: 'Yes: é.' } }) +
      END +
      DONE,
    UNKNOWN,
  ],
  [
    'content null',
    SSE,
    chunk({ delta: { role: 'assistant', content: null } }) +
      chunk({ delta: { content: 'Yes: é.', tool_calls: null, refusal: null } }) +
      END +
      DONE,
    UNKNOWN,
  ],
  [
    'delta null at the end',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) + chunk({ delta: null, finish_reason: 'stop' }) + DONE,
    UNKNOWN,
  ],
  ['usage null', SSE, chunk({ delta: { content: 'Yes: é.' } }, { usage: null }) + END + DONE, UNKNOWN],
  [
    'usage of zeros',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }, { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }) +
      END +
      DONE,
    UNKNOWN,
  ],
  [
    'usage of nulls',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) +
      END +
      `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: null, completion_tokens: null } })}\n\n` +
      DONE,
    UNKNOWN,
  ],
  [
    'usage at the end',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) + END + `data: ${JSON.stringify({ choices: [], ...USAGE })}\n\n` + DONE,
    COUNTED,
  ],
  [
    'usage in every piece',
    SSE,
    chunk({ delta: { content: 'Yes: ' } }, { usage: { prompt_tokens: 5, completion_tokens: 3 } }) +
      chunk({ delta: { content: 'é.' }, finish_reason: 'stop' }, USAGE) +
      DONE,
    COUNTED,
  ],
  [
    'usage in the choice',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) + chunk({ delta: {}, finish_reason: 'stop', ...USAGE }) + DONE,
    COUNTED,
  ],
  [
    'usage of Groq',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) +
      chunk({ delta: {}, finish_reason: 'stop' }, { x_groq: { id: 'r', ...USAGE } }) +
      DONE,
    COUNTED,
  ],
  [
    'usage with other names',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) +
      chunk({ delta: {}, finish_reason: 'stop' }, { usage: { input_tokens: 5, output_tokens: 7 } }) +
      DONE,
    COUNTED,
  ],
  ['error null', SSE, chunk({ delta: { content: 'Yes: é.' } }, { error: null }) + END + DONE, UNKNOWN],
  [
    'Azure, the filter first',
    SSE,
    `data: ${JSON.stringify({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] })}\n\n` +
      chunk({ delta: { content: 'Yes: é.' } }) +
      END +
      DONE,
    UNKNOWN,
  ],
  [
    'comments and pings',
    SSE,
    `: PING\n\nevent: ping\ndata: {"type":"ping"}\n\n` + chunk({ delta: { content: 'Yes: é.' } }) + END + DONE,
    UNKNOWN,
  ],
  [
    'the whole message again',
    SSE,
    chunk({ delta: { content: 'Yes: é.' } }) + chunk({ message: { content: 'Yes: é.' }, finish_reason: 'stop' }) + DONE,
    UNKNOWN,
  ],
  [
    'a message in place of a delta',
    SSE,
    chunk({ message: { content: 'Yes: é.' }, finish_reason: 'stop' }) + DONE,
    UNKNOWN,
  ],
  ['a plain completion', SSE, chunk({ text: 'Yes: é.', finish_reason: 'stop' }) + DONE, UNKNOWN],
  ['eos', SSE, chunk({ delta: { content: 'Yes: é.' }, finish_reason: 'eos' }) + DONE, UNKNOWN],
  ['no content type', '', chunk({ delta: { content: 'Yes: é.' } }) + END + DONE, UNKNOWN],
  ['a byte order mark', SSE, `\uFEFF${chunk({ delta: { content: 'Yes: é.' } })}${END}${DONE}`, UNKNOWN],
  ['JSON', JSON_TYPE, completion(MESSAGE, USAGE), COUNTED],
  ['JSON, usage null', JSON_TYPE, completion(MESSAGE, { usage: null }), UNKNOWN],
  ['JSON, no usage', JSON_TYPE, completion(MESSAGE), UNKNOWN],
  ['JSON behind blank lines', JSON_TYPE, `\n\n\n${completion(MESSAGE, USAGE)}`, COUNTED],
  ['JSON as a stream of events', SSE, completion(MESSAGE, USAGE), COUNTED],
  ['JSON as plain text', 'text/plain', `\n${completion(MESSAGE, USAGE)}\n`, COUNTED],
  ['JSON of no content type', '', completion(MESSAGE, USAGE), COUNTED],
  [
    'JSON over lines',
    'text/plain; charset=utf-8',
    JSON.stringify(JSON.parse(completion(MESSAGE, USAGE)), undefined, 2),
    COUNTED,
  ],
  [
    'JSON with parts',
    JSON_TYPE,
    completion({ message: { content: [part('Yes: '), part('é.')] }, finish_reason: 'stop' }, USAGE),
    COUNTED,
  ],
  [
    'JSON with a thought among the parts',
    JSON_TYPE,
    completion({
      message: { content: [{ type: 'thinking', thinking: [part('hm')] }, part('Yes: é.')] },
      finish_reason: 'stop',
    }),
    UNKNOWN,
  ],
  [
    'JSON without a finish reason',
    JSON_TYPE,
    completion({ message: { content: 'Yes: é.' }, finish_reason: null }),
    UNKNOWN,
  ],
  ['JSON with error null', JSON_TYPE, completion(MESSAGE, { error: null, ...USAGE }), COUNTED],
  ['JSON of a plain completion', JSON_TYPE, completion({ text: 'Yes: é.', finish_reason: 'stop' }, USAGE), COUNTED],
];

describe.each(['mine', 'groq', 'mistral', 'openrouter'] as const)('%s', (name) => {
  test.each(FORMS)('%s', async (_, type, body, usage) => {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
    for (const answer of [{ ...reply(body, type), headers }, inPieces({ ...reply(body, type), headers }, 5)]) {
      expect(await ask(name, answer)).toMatchObject({ text: 'Yes: é.', finishReason: 'stop', usage, failures: [] });
    }
  });
});

const TEXT = 'The best thing about Kaggle is its community – people share what they learn. 🏆';

test.each([
  ['openai', 'openai/generate'],
  ['anthropic', 'anthropic/generate'],
  ['google', 'gemini/generate'],
] as const)('%s: a whole answer where a stream was asked for', async (name, answer) => {
  const { text, failures, usage } = await ask(name, fixture(answer));
  expect({ text, failures }).toEqual({ text: TEXT, failures: [] });
  expect(usage?.calls).toBe(1);
  expect(usage?.outputTokens).toBeGreaterThan(0);
});

test.each([
  ['openai', 'openai/generate', 'usage'],
  ['google', 'gemini/generate', 'usageMetadata'],
] as const)('%s: what is not counted is unknown', async (name, answer, field) => {
  const { chunks, ...whole } = fixture(answer);
  const body = Buffer.concat(chunks).toString();
  const { [field]: _, ...uncounted } = JSON.parse(body) as Record<string, unknown>;
  for (const json of [{ ...uncounted, [field]: null }, uncounted]) {
    const { usage, failures } = await ask(name, { ...whole, chunks: [Buffer.from(JSON.stringify(json))] });
    expect({ usage, failures }).toMatchObject({ usage: UNKNOWN, failures: [] });
  }
});

test.each(['mine', 'groq', 'openai', 'anthropic', 'google', 'gateway'] as const)(
  '%s: a page is no answer',
  async (name) => {
    const { failures } = await ask(name, withHeaders(fixture('any/page'), {}));
    expect(failures).toMatchObject([{ failures: [{ kind: 'invalid-response' }] }]);
  },
);
