import { expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import { fixture } from './reply.ts';
import { KEY } from './wire-blender.ts';

const options = {
  system: 'Be brief.',
  temperature: 0.5,
  topP: 0.8,
  maxOutputTokens: 50,
  stopSequences: ['END'],
  seed: 7,
} as const;

/** What a test looks at of the only request. */
async function sent(model: string, reply: string, more: Parameters<typeof askOnce>[2] = {}) {
  const { requests } = await askOnce(model, fixture(reply), { ...options, ...more });
  expect(requests).toHaveLength(1);
  const { method, path, headers, body } = requests[0] ?? {};
  return { method, path, headers, body };
}

test('Gemini, with safety settings', async () => {
  const safetySettings = [
    { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
    { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold: 'BLOCK_ONLY_HIGH' },
  ];
  const { method, path, headers, body } = await sent('google/gemini-2.5-flash', 'gemini/plain', {
    providerOptions: { google: { safetySettings } },
  });
  expect([method, path]).toEqual(['POST', '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse']);
  expect(headers).toMatchObject({ 'x-goog-api-key': KEY, 'content-type': 'application/json' });
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ role: 'user', parts: [{ text: 'Why Kaggle?' }] }],
    generationConfig: { temperature: 0.5, topP: 0.8, maxOutputTokens: 50, stopSequences: ['END'], seed: 7 },
    safetySettings,
  });
});

test('OpenAI, through its responses API', async () => {
  const { method, path, headers, body } = await sent('openai/gpt-4.1-mini', 'openai/plain');
  expect([method, path]).toEqual(['POST', '/v1/responses']);
  expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'content-type': 'application/json' });
  // This API has neither stop sequences nor a seed.
  expect(body).toEqual({
    model: 'gpt-4.1-mini',
    input: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Why Kaggle?' }] },
    ],
    temperature: 0.5,
    top_p: 0.8,
    max_output_tokens: 50,
    stream: true,
  });
});

test('Anthropic', async () => {
  const { method, path, headers, body } = await sent('anthropic/claude-haiku-4-5', 'anthropic/plain', {
    topP: undefined,
  });
  expect([method, path]).toEqual(['POST', '/v1/messages']);
  expect(headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' });
  expect(body).toEqual({
    model: 'claude-haiku-4-5',
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Why Kaggle?' }] }],
    temperature: 0.5,
    max_tokens: 50,
    stop_sequences: ['END'],
    stream: true,
  });
});

test.each([
  ['ollama/gemma3:4b', 'gemma3:4b', undefined],
  ['mine/team/model', 'team/model', `Bearer ${KEY}`],
])('an OpenAI-compatible endpoint: %s', async (model, modelId, authorization) => {
  const { method, path, headers, body } = await sent(model, 'ollama/plain');
  expect([method, path]).toEqual(['POST', '/v1/chat/completions']);
  expect(headers?.['authorization']).toBe(authorization);
  expect(body).toEqual({
    model: modelId,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Why Kaggle?' },
    ],
    temperature: 0.5,
    top_p: 0.8,
    max_tokens: 50,
    stop: ['END'],
    seed: 7,
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('a whole conversation', async () => {
  const { body } = await sent('mine/model', 'ollama/plain', {
    prompt: undefined,
    messages: [
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Three?' },
    ],
  });
  expect(body).toMatchObject({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Three?' },
    ],
  });
});
