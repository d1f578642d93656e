import { describe, expect, test } from 'vitest';
import { createBlender, type ProviderOptions } from '../../src/index.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import { fixture, type Reply } from './reply.ts';
import { KEY } from './wire-blender.ts';

type Body = Record<string, unknown>;

const bodyOf = ({ body }: ReceivedRequest) => body as Body;

function refusal(body: unknown, status = 400): Reply {
  const headers = { 'content-type': 'application/json' };
  return { status, statusText: '', headers, chunks: [Buffer.from(JSON.stringify(body))] };
}

const openai = (message: string, param: string | null = null) =>
  refusal({ error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' } });

/** Answers once the body has what it wants, and else with the refusal. */
async function ask(
  refuses: (body: Body) => Reply | undefined,
  { options = {}, model = 'mine/m' }: { options?: ProviderOptions; model?: string } = {},
) {
  const [name = ''] = model.split('/');
  const plain: Record<string, string> = {
    openai: 'openai/plain',
    anthropic: 'anthropic/plain',
    google: 'gemini/plain',
  };
  await using server = await ReplayServer.start(
    (request) => refuses(bodyOf(request)) ?? fixture(plain[name] ?? 'ollama/plain'),
  );
  await using blender = createBlender({
    env: { KEY },
    providers: { [name]: { baseURL: `${server.url}/v1`, apiKeyEnv: 'KEY', ...options } },
  });
  const all = {
    prompt: 'Why?',
    system: 'Be brief.',
    models: [model],
    maxRetries: 0,
    temperature: 0.5,
    topP: 0.9,
    maxOutputTokens: 50,
    stopSequences: ['END'],
    seed: 7,
  };
  const first = await blender.generateCandidates(all).catch((error: unknown) => ({ error }));
  const times = server.requests.length;
  const second = await blender.generateCandidates({ ...all, prompt: 'How?' }).catch((error: unknown) => ({ error }));
  const bodies = server.requests.map(bodyOf);
  return { first, second, times, again: bodies.length - times, bodies, last: bodies.at(-1) ?? {} };
}

/** Parameter, what the server says where it is sent, and what takes its place. */
const REFUSALS: [name: string, says: Reply, instead?: string | undefined][] = [
  [
    'max_tokens',
    openai(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
    ),
    'max_completion_tokens',
  ],
  ['max_tokens', openai("'max_tokens' is not supported with this model."), 'max_completion_tokens'],
  [
    'max_tokens',
    refusal(
      {
        detail: [
          { type: 'extra_forbidden', loc: ['body', 'max_tokens'], msg: 'Extra inputs are not permitted', input: 50 },
        ],
      },
      422,
    ),
    'max_completion_tokens',
  ],
  [
    'temperature',
    openai(
      "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
      'temperature',
    ),
  ],
  ['temperature', openai('temperature is deprecated for this model.')],
  ['temperature', refusal({ error: 'this model does not support temperature' })],
  ['top_p', openai('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')],
  ['top_p', openai("Unsupported parameter: 'top_p' is not supported with this model.", 'top_p')],
  ['stop', openai("Unsupported parameter: 'stop' is not supported with this model.", 'stop')],
  ['stop', refusal({ error: { message: "property 'stop' is unsupported", type: 'invalid_request_error' } })],
  ['seed', openai('Unrecognized request argument supplied: seed')],
  ['seed', openai("Unknown parameter: 'seed'.", 'seed')],
  [
    'seed',
    refusal(
      {
        object: 'error',
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }],
        },
      },
      422,
    ),
    undefined,
  ],
  ['seed', refusal({ error: { message: "Completions.create() got an unexpected keyword argument 'seed'" } }, 500)],
  ['stream_options', openai('Unrecognized request argument supplied: stream_options')],
  [
    'stream_options',
    refusal(
      { detail: [{ loc: ['body', 'stream_options'], msg: 'extra fields not permitted', type: 'value_error.extra' }] },
      422,
    ),
  ],
  ['stream_options', refusal({ error: 'json: unknown field "stream_options"' })],
  ['stream', openai("Unsupported value: 'stream' does not support true with this model.", 'stream')],
];

describe('what a server refuses is tried once more without it, and not sent again', () => {
  test.each(REFUSALS)('%s: %o', async (name, says, instead) => {
    const { first, second, times, again, last, bodies } = await ask((body) => (name in body ? says : undefined));
    expect(first).toMatchObject({ candidates: [{ usage: { calls: 2 } }], failures: [] });
    expect(second).toMatchObject({ candidates: [{ usage: { calls: 1 } }] });
    expect([times, again]).toEqual([2, 1]);
    const { [name]: value, ...others } = bodies[0] ?? {};
    const { stream_options: _, ...unstreamed } = others;
    const kept = name === 'stream' ? unstreamed : others;
    expect(last).toEqual({
      ...kept,
      messages: last['messages'],
      ...(instead === undefined ? {} : { [instead]: value }),
    });
  });
});

test('several are refused one after the other', async () => {
  const { first, times } = await ask((body) => {
    const refused = ['temperature', 'top_p', 'stop', 'seed'].find((name) => name in body);
    return refused === undefined ? undefined : openai(`Unsupported parameter: '${refused}'.`, refused);
  });
  expect(times).toBe(5);
  expect(first).toMatchObject({
    candidates: [{ warnings: ['temperature', 'topP', 'stopSequences', 'seed'].map((feature) => ({ feature })) }],
  });
});

test.each([
  [
    'max_completion_tokens too',
    (body: Body) =>
      'max_tokens' in body
        ? openai("'max_tokens' is not supported.")
        : 'max_completion_tokens' in body
          ? openai("Unknown parameter: 'max_completion_tokens'.")
          : undefined,
    3,
  ],
  [
    'a value that is too large',
    (body: Body) =>
      'max_tokens' in body
        ? openai('max_tokens is too large: 50. This model supports at most 40 completion tokens.', 'max_tokens')
        : undefined,
    1,
  ],
  [
    'a value out of range',
    (body: Body) =>
      'temperature' in body
        ? openai('temperature must be between 0 and 0.4, and nothing else is supported', 'temperature')
        : undefined,
    1,
  ],
  [
    'a refusal that does not end',
    (body: Body) => ('model' in body ? openai("Unknown parameter: 'seed'.", 'seed') : undefined),
    2,
  ],
  ['a wrong key', () => refusal({ error: { message: 'temperature is not supported for you' } }, 401), 1],
] as const)('%s', async (_, refuses, times) => {
  expect((await ask(refuses)).times).toBe(times);
});

test.each([
  openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.", 'messages[0].role'),
  refusal({ error: { message: 'System role not supported' } }),
  refusal({
    object: 'error',
    message: 'Conversation roles must alternate user/assistant/user/assistant/...',
    code: 400,
  }),
  refusal({ error: { message: 'Developer instruction is not enabled for models/gemma-3-27b-it' } }),
])('a system message that is refused becomes the beginning of the question', async (says) => {
  const { times, again, last } = await ask((body) =>
    JSON.stringify(body['messages']).includes('"system"') ? says : undefined,
  );
  expect([times, again]).toEqual([2, 1]);
  expect(last['messages']).toEqual([{ role: 'user', content: 'Be brief.\n\nHow?' }]);
});

test.each<[model: string, name: string, says: Reply]>([
  [
    'openai/gpt',
    'temperature',
    openai("Unsupported parameter: 'temperature' is not supported with this model.", 'temperature'),
  ],
  [
    'anthropic/claude',
    'top_p',
    refusal({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: '`temperature` and `top_p` cannot both be specified for this model.',
      },
    }),
  ],
  [
    'google/gemini',
    'seed',
    refusal({
      error: {
        code: 400,
        message: 'Invalid JSON payload received. Unknown name "seed" at \'generation_config\': Cannot find field.',
        status: 'INVALID_ARGUMENT',
      },
    }),
  ],
  [
    'google/gemini',
    'stopSequences',
    refusal({
      error: { code: 400, message: 'stop_sequences is not supported by this model.', status: 'INVALID_ARGUMENT' },
    }),
  ],
  [
    'groq/llama',
    'stop',
    refusal({ error: { message: "property 'stop' is unsupported", type: 'invalid_request_error' } }),
  ],
  [
    'mistral/small',
    'random_seed',
    refusal(
      {
        object: 'error',
        message: { detail: [{ loc: ['body', 'random_seed'], msg: 'Extra inputs are not permitted' }] },
      },
      422,
    ),
  ],
])('%s without %s', async (model, name, says) => {
  const has = (body: Body) => JSON.stringify(body).includes(`"${name}"`);
  const { first, times, again } = await ask((body) => (has(body) ? says : undefined), { model });
  expect(first).toMatchObject({ failures: [] });
  expect([times, again]).toEqual([2, 1]);
});

test('the configuration says what an endpoint takes', async () => {
  const { last, times } = await ask(() => undefined, {
    options: {
      parameters: { max_tokens: 'max_completion_tokens', temperature: false, stream_options: false },
      systemRole: 'developer',
    },
  });
  expect(times).toBe(1);
  expect(last).toEqual({
    model: 'm',
    max_completion_tokens: 50,
    top_p: 0.9,
    stop: ['END'],
    seed: 7,
    stream: true,
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'How?' },
    ],
  });
});
