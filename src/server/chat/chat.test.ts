import { expect, test } from 'vitest';
import { FakeLanguageModel } from '../../test/index.ts';
import { type Chunk, chat, chunksOf, fakeBlend, linesOf, saying, startFake } from '../__fixtures__/fake-server.ts';

const USAGE = { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) };
const textOf = (chunks: readonly Chunk[], index = 0) =>
  chunks
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => delta.content ?? '')
    .join('');

test('an answer at once is that of the blend, with what it says of it at the top', async () => {
  const response = await chat(await startFake());
  expect(response.status).toBe(200);
  expect(response.headers.get('x-request-id')).toMatch(/^req_\w{32}$/);
  expect(await response.json()).toEqual({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'mine',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'the fused answer of both', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: expect.objectContaining(USAGE),
    llm_blender: expect.objectContaining({
      decision: 'fused',
      candidates: [expect.objectContaining({ model: 'fake/b', rank: 1 }), expect.objectContaining({ model: 'fake/a' })],
    }),
  });
});

test('a stream begins with a phase, tells the steps as reasoning, and ends with what is ours on its last chunk', async () => {
  const response = await chat(await startFake(), { stream: true });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const chunks = await chunksOf(response);
  expect(chunks[0]?.choices[0]?.delta).toEqual({
    role: 'assistant',
    content: '',
    reasoning_content: 'Asking fake/a and fake/b.\n',
  });
  expect(textOf(chunks)).toBe('the fused answer of both');
  expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean)).toEqual(['stop']);
  expect(chunks.findIndex((chunk) => 'llm_blender' in chunk)).toBe(chunks.length - 1);
  expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }], llm_blender: { decision: 'fused' } });
  expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
});

test('usage comes where it is asked for, in a chunk without choices', async () => {
  const chunks = await chunksOf(
    await chat(await startFake(), { stream: true, stream_options: { include_usage: true } }),
  );
  expect(chunks.filter((chunk) => 'usage' in chunk)).toEqual([
    expect.objectContaining({ choices: [], usage: expect.objectContaining(USAGE), llm_blender: expect.anything() }),
  ]);
  expect(chunks.at(-1)).toHaveProperty('usage');
});

test('the steps are left out where the server or the request says so', async () => {
  const reasoning = async (server: { url: string }, more: object = {}) =>
    (await chunksOf(await chat(server, { stream: true, ...more }))).some(
      ({ choices }) => choices[0]?.delta.reasoning_content !== undefined,
    );
  const silent = await startFake({}, { showProgress: false });
  expect(await reasoning(silent)).toBe(false);
  expect(await reasoning(silent, { llm_blender: { progress: true } })).toBe(true);
  expect(await reasoning(await startFake(), { llm_blender: { progress: false } })).toBe(false);
});

test('a member answers alone, in the pieces that it gives', async () => {
  const writer = saying('writer', 'never asked');
  const server = await startFake({ fuser: writer });
  const chunks = await chunksOf(await chat(server, { model: 'fake/b', stream: true }));
  expect(chunks.map(({ choices }) => choices[0]?.delta.content)).toEqual(['rather ', 'longer', undefined]);
  expect(chunks.at(-1)).not.toHaveProperty('llm_blender');
  expect(await (await chat(server, { model: 'fake/b' })).json()).toMatchObject({
    model: 'fake/b',
    choices: [{ message: { content: 'rather longer' } }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  });
  expect(writer.calls).toEqual([]);
});

test('blend/NAME is the blend, and a name that is not served is 404 with those that are', async () => {
  const server = await startFake({}, { config: { blends: { 'fake/a': fakeBlend() } } });
  expect(await (await chat(server, { model: 'blend/mine' })).json()).toMatchObject({ model: 'blend/mine' });
  expect(await (await chat(server, { model: 'fake/a' })).json()).toHaveProperty('llm_blender.decision');
  for (const model of [
    'gpt-4o',
    'blend/fake/b',
    'fake/writer',
    'constructor',
    '../mine',
    'local/smollm2-135m-instruct',
  ]) {
    const response = await chat(server, { model });
    expect([model, response.status]).toEqual([model, 404]);
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringContaining('There are: mine, fake/a, fake/b.'),
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    });
  }
});

test('settings reach the members, and those of a member hold where the request gives none', async () => {
  const [a, b] = [saying('a', 'one'), saying('b', 'another')];
  const server = await startFake({ models: [{ model: a, temperature: 0.3, maxOutputTokens: 50 }, b], fusion: false });
  await chat(server, {
    max_completion_tokens: 7,
    max_tokens: 9,
    temperature: 0.1,
    top_p: 0.9,
    seed: 5,
    stop: 'END',
    user: 'somebody',
    store: true,
    logit_bias: null,
  });
  expect(b.calls[0]).toMatchObject({
    maxOutputTokens: 7,
    temperature: 0.1,
    topP: 0.9,
    seed: 5,
    stopSequences: ['END'],
  });
  await chat(server, { model: 'fake/a', stop: ['x', 'y'], max_tokens: 9, temperature: null });
  expect(a.calls.at(-1)).toMatchObject({ temperature: 0.3, maxOutputTokens: 9, stopSequences: ['x', 'y'] });
});

test('n choices are so many calls, with seeds of their own', async () => {
  let asked = 0;
  const model = new FakeLanguageModel({ modelId: 'a', answer: () => `answer ${(asked += 1)}` });
  const server = await startFake({ models: [model], fusion: false });
  const whole = (await (await chat(server, { n: 3, seed: 10 })).json()) as {
    choices: { index: number; message: { content: string } }[];
    llm_blender: object;
  };
  expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(new Set(whole.choices.map(({ message }) => message.content)).size).toBe(3);
  expect(whole.llm_blender).toEqual({ choices: [expect.anything(), expect.anything(), expect.anything()] });
  expect(model.calls.map(({ seed }) => seed).toSorted()).toEqual([10, 11, 12]);
  const chunks = await chunksOf(await chat(server, { n: 2, stream: true }));
  expect([textOf(chunks, 0), textOf(chunks, 1)].toSorted()).toEqual(['answer 4', 'answer 5']);
  expect(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'stop')).toHaveLength(2);
  expect(chunks.filter(({ choices }) => choices[0]?.delta.role === 'assistant')).toHaveLength(2);
  expect(chunks.filter((chunk) => 'llm_blender' in chunk)).toHaveLength(1);
});

test('an answer that is asked for as JSON is checked', async () => {
  const json = { type: 'json_schema', json_schema: { name: 'point', schema: { type: 'object', required: ['x'] } } };
  const server = await startFake({ models: [saying('a', '{"y": 1}'), saying('b', 'Well: {"x": 2}')], fusion: false });
  const content = async (response_format: object) =>
    ((await (await chat(server, { response_format })).json()) as { choices: { message: { content: string } }[] })
      .choices[0]?.message.content;
  expect(JSON.parse((await content(json)) ?? '')).toEqual({ x: 2 });
  expect(JSON.parse((await content({ type: 'json_object' })) ?? '')).toBeTypeOf('object');
  expect(await content({ type: 'text' })).toBe('Well: {"x": 2}');
});

test('what was said before is read, in all the forms of it', async () => {
  const model = saying('a', 'fine');
  const server = await startFake({ models: [model], fusion: false });
  const image = 'data:image/png;base64,iVBORw0KGgo=';
  const response = await chat(server, {
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }], reasoning_content: 'a thought' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: image, detail: 'low' } },
        ],
      },
    ],
  });
  expect(response.status).toBe(200);
  expect(model.calls[0]?.prompt).toMatchObject([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Hello.' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
    { role: 'user', content: [{ type: 'text' }, { type: 'file', mediaType: 'image/png' }] },
  ]);
  expect(JSON.stringify(model.calls[0]?.prompt)).not.toContain('a thought');
});

test('what has no effect is said beside the answer, and what a client would look for is refused', async () => {
  const server = await startFake();
  const set = {
    logit_bias: { 50256: -100 },
    service_tier: 'flex',
    verbosity: 'low',
    prompt_cache_key: 'x',
    frequency_penalty: 1,
    tools: [{ type: 'web_search' }],
  };
  const unset = {
    logprobs: false,
    top_logprobs: 0,
    modalities: ['text'],
    service_tier: 'auto',
    logit_bias: {},
    audio: null,
  };
  const warned = async (model: string, stream: boolean, more: object) => {
    const text = await (await chat(server, { model, stream, ...more })).text();
    return [...text.matchAll(/"type":"unsupported","feature":"(\w+)"/g)].map(([, feature]) => feature);
  };
  for (const stream of [false, true]) {
    const common = ['logit_bias', 'service_tier', 'verbosity', 'prompt_cache_key', 'web_search'];
    expect((await warned('mine', stream, set)).toSorted()).toEqual([...common, 'frequencyPenalty'].toSorted());
    expect((await warned('fake/a', stream, set)).toSorted()).toEqual(common.toSorted());
    expect(await warned('mine', stream, unset)).toEqual([]);
  }
  for (const [param, value] of [
    ['logprobs', true],
    ['logprobs', 5],
    ['top_logprobs', 3],
    ['modalities', ['text', 'audio']],
    ['audio', { voice: 'alloy', format: 'mp3' }],
  ] as const) {
    const response = await chat(server, { [param]: value });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
  }
});

const user = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });

test.each<[string, object, string | null]>([
  ['no messages', { messages: [] }, 'messages'],
  ['no messages of the user', { messages: [{ role: 'system', content: 'x' }] }, 'messages'],
  ['no question', { messages: [{ role: 'user', content: ' ' }] }, 'messages'],
  [
    'an answer that is begun',
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'y' },
      ],
    },
    'messages',
  ],
  ['functions of the older API', { functions: [{ name: 'f' }] }, 'functions'],
  ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
  ['a message without content', { messages: [{ role: 'user' }] }, 'messages[0].content'],
  ['an unknown part', user({ type: 'video', text: 'x' }), 'messages[0].content[0].type'],
  [
    'an address',
    user({ type: 'image_url', image_url: { url: 'http://10.0.0.1/x' } }),
    'messages[0].content[0].image_url.url',
  ],
  [
    'no base64',
    user({ type: 'image_url', image_url: { url: 'data:image/png;base64,%%' } }),
    'messages[0].content[0].image_url.url',
  ],
  ['a file by its id', user({ type: 'file', file: { file_id: 'file-1' } }), 'messages[0].content[0].file'],
  [
    'a result of no call',
    { messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] },
    'messages[0].tool_call_id',
  ],
  ['a temperature as text', { temperature: 'hot' }, 'temperature'],
  ['a negative temperature', { temperature: -1 }, 'temperature'],
  ['no choice', { n: 0 }, 'n'],
  ['too many choices', { n: 5 }, 'n'],
  ['too long an answer', { max_tokens: 1e9 }, 'max_tokens'],
  ['too long an answer, by the new name', { max_completion_tokens: 1e9 }, 'max_completion_tokens'],
  [
    'a choice of a tool that there is not',
    {
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: { type: 'function', function: { name: 'b' } },
    },
    'tool_choice',
  ],
  ['a model that is no text', { model: 5 }, 'model'],
  ['a seed with a fraction', { seed: 1.5 }, 'seed'],
])('%s is 400 and names the field', async (_, more, param) => {
  const model = saying('a', 'x');
  const response = await chat(await startFake({ models: [model] }), more);
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param,
        code: expect.toBeOneOf([null, 'invalid_argument']),
      },
    },
  ]);
  expect(model.calls).toEqual([]);
});

test('where every member fails, the error says why and is not tried again', async () => {
  const broken = saying('a', new Error('it is broken'));
  const server = await startFake({ models: [broken, saying('b', new Error('so is this'))] });
  const response = await chat(server);
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([502, 'false']);
  expect(await response.json()).toMatchObject({
    error: { type: 'server_error', code: 'no_candidates', message: expect.stringContaining('it is broken') },
  });
});

test('a stream that fails late ends with the error', async () => {
  const slow = new FakeLanguageModel({ modelId: 'a', answer: () => new Error('too late') });
  const waiting = saying('b', { words: [''], pauseMs: 80 });
  const lines = await linesOf(await chat(await startFake({ models: [slow, waiting] }), { stream: true }));
  expect(lines.at(-1)).toBe('data: [DONE]');
  expect(JSON.parse(lines.at(-2)?.slice(6) ?? '')).toMatchObject({ error: { code: 'no_candidates' } });
});

test('silence is filled with comments between events, which have no empty line behind them', async () => {
  const slow = saying('a', { words: ['slowly ', 'said'], pauseMs: 150 });
  const server = await startFake({ models: [slow], fusion: false }, { keepAliveMs: 20 });
  const text = await (await chat(server, { stream: true })).text();
  expect(text).toContain('\n\n: keep-alive\n');
  expect(text).not.toContain(': keep-alive\n\n');
  for (const event of text.split('\n\n').filter(Boolean)) expect(event).toMatch(/^(?:: keep-alive\n)*data: [^\n]+$/);
});
