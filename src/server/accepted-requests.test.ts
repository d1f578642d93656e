import { expect, test } from 'vitest';
import { chat, post, saying, startFake } from './__fixtures__/fake-server.ts';
// What clients send in all its forms: what has no effect is no error.

const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const question = { role: 'user', content: 'Why?' };
const REQUESTS: (readonly [string, string, object, number])[] = [
  [
    'nulls',
    '/v1/chat/completions',
    {
      stream: null,
      tools: null,
      tool_choice: null,
      n: null,
      stop: null,
      seed: null,
      response_format: null,
      user: null,
      metadata: null,
      store: null,
      modalities: null,
      logprobs: null,
      plugins: null,
    },
    200,
  ],
  ['empty stop', '/v1/chat/completions', { stop: [] }, 200],
  [
    'legacy function_call null',
    '/v1/chat/completions',
    {
      messages: [
        question,
        { role: 'assistant', content: 'x', function_call: null, refusal: null, audio: null, annotations: [] },
        question,
      ],
    },
    200,
  ],
  ['names', '/v1/chat/completions', { messages: [{ ...question, name: 'Ann' }] }, 200],
  [
    'cache control',
    '/v1/chat/completions',
    {
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] },
        question,
      ],
    },
    200,
  ],
  ['consecutive users', '/v1/chat/completions', { messages: [question, question] }, 200],
  [
    'assistant empty content',
    '/v1/chat/completions',
    { messages: [question, { role: 'assistant', content: '' }, question] },
    200,
  ],
  [
    'assistant null',
    '/v1/chat/completions',
    { messages: [question, { role: 'assistant', content: null }, question] },
    200,
  ],
  ['system last', '/v1/chat/completions', { messages: [question, { role: 'system', content: 'Be brief.' }] }, 200],
  [
    'tool result parts',
    '/v1/chat/completions',
    {
      tools: [tool],
      messages: [
        question,
        { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '' } }] },
        { role: 'tool', tool_call_id: '1', content: [{ type: 'text', text: 'x' }] },
      ],
    },
    200,
  ],
  [
    'tool result without tools',
    '/v1/chat/completions',
    {
      messages: [
        question,
        { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: '1', content: 'x' },
      ],
    },
    200,
  ],
  ['tool choice auto without tools', '/v1/chat/completions', { tool_choice: 'auto' }, 200],
  ['parallel', '/v1/chat/completions', { tools: [tool], parallel_tool_calls: false }, 200],
  ['ollama options', '/v1/chat/completions', { options: { num_ctx: 4096 }, keep_alive: '5m' }, 200],
  [
    'vllm extras',
    '/v1/chat/completions',
    { min_p: 0.1, repetition_penalty: 1.1, guided_json: {}, chat_template_kwargs: { enable_thinking: false } },
    200,
  ],
  [
    'openrouter extras',
    '/v1/chat/completions',
    { provider: { order: ['x'] }, transforms: ['middle-out'], reasoning: { effort: 'high' }, usage: { include: true } },
    200,
  ],
  ['thinking off', '/v1/chat/completions', { reasoning_effort: 'none', thinking: { type: 'disabled' } }, 200],
  ['max effort', '/v1/chat/completions', { reasoning_effort: 'xhigh' }, 200],
  ['temperature 2', '/v1/chat/completions', { temperature: 2, top_p: 1 }, 200],
  [
    'image without base64 mime param',
    '/v1/chat/completions',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            {
              type: 'image_url',
              image_url: { url: 'data:image/png;charset=utf-8;base64,iVBORw0KGgo=', detail: 'auto' },
            },
          ],
        },
      ],
    },
    200,
  ],
  [
    'empty text with image',
    '/v1/chat/completions',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: '' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
    },
    200,
  ],
  [
    'audio',
    '/v1/chat/completions',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          ],
        },
      ],
    },
    200,
  ],
  ['custom tool', '/v1/chat/completions', { tools: [{ type: 'custom', custom: { name: 'x' } }] }, 200],
  [
    'allowed tools',
    '/v1/chat/completions',
    {
      tools: [tool],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
    },
    200,
  ],
  [
    'function role',
    '/v1/chat/completions',
    { messages: [question, { role: 'function', name: 'f', content: 'x' }] },
    400,
  ],
  [
    'json schema strict null schema',
    '/v1/chat/completions',
    { response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true } } },
    200,
  ],
  ['r: easy', '/v1/responses', { input: [{ role: 'user', content: 'Why?' }] }, 200],
  [
    'r: assistant history',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          phase: 'final_answer',
          content: [{ type: 'output_text', text: 'x', annotations: [], logprobs: [] }],
        },
        { role: 'user', content: 'And?' },
      ],
    },
    200,
  ],
  [
    'r: reasoning item',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' },
        { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}', status: 'completed' },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x' }] },
      ],
      tools: [{ type: 'function', name: 'f', parameters: null, strict: null }],
    },
    200,
  ],
  [
    'r: output image',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [
            { type: 'input_text', text: 'x' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' },
          ],
        },
      ],
    },
    200,
  ],
  [
    'r: builtin items',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
        { role: 'user', content: 'And?' },
      ],
    },
    200,
  ],
  [
    'r: custom tool items',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: 'x' },
        { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' },
        { role: 'user', content: 'And?' },
      ],
    },
    200,
  ],
  [
    'r: item reference',
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Why?' },
        { type: 'item_reference', id: 'msg_1' },
      ],
    },
    400,
  ],
  [
    'r: nulls',
    '/v1/responses',
    {
      input: 'Why?',
      previous_response_id: null,
      conversation: null,
      background: null,
      instructions: null,
      max_output_tokens: null,
      text: null,
      reasoning: null,
      include: null,
      metadata: null,
      truncation: null,
      stream_options: null,
      service_tier: null,
      safety_identifier: null,
      prompt: null,
    },
    200,
  ],
  [
    'r: tool choice builtin',
    '/v1/responses',
    { input: 'Why?', tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } },
    200,
  ],
  [
    'r: allowed tools',
    '/v1/responses',
    {
      input: 'Why?',
      tools: [{ type: 'function', name: 'f' }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
    },
    200,
  ],
  ['r: stored prompt', '/v1/responses', { prompt: { id: 'pmpt_1' } }, 400],
  ['r: text verbosity', '/v1/responses', { input: 'Why?', text: { verbosity: 'low', format: { type: 'text' } } }, 200],
  ['r: no input', '/v1/responses', {}, 400],
  ['rerank tei', '/rerank', { query: 'x', texts: ['a', 'b'], model: 'default' }, 400],
  [
    'rerank jina',
    '/v1/rerank',
    {
      model: 'default',
      query: 'x',
      documents: [{ text: 'a' }, { text: 'b' }],
      top_n: 1,
      return_documents: false,
      truncation: true,
    },
    200,
  ],
  ['rerank top_n larger', '/v2/rerank', { model: 'default', query: 'x', documents: ['a', 'b'], top_n: 10 }, 200],
];
test.each(REQUESTS)('%s', async (_, path, body, status) => {
  const server = await startFake({ models: [saying('a', 'one'), saying('b', 'another one')] });
  const response =
    path === '/v1/chat/completions'
      ? await chat(server, body)
      : await post(server, path, { ...(path.includes('rerank') ? {} : { model: 'mine' }), ...body });
  const text = await response.text();
  expect([response.status, response.status === status ? '' : text.slice(0, 300)]).toEqual([status, '']);
});
