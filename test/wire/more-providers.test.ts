import { expect, test } from 'vitest';
import { createBlender, NoCandidatesError } from '../../src/index.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply } from './reply.ts';
import { KEY } from './wire-blender.ts';

const TEXT = 'The best thing about Kaggle is its community – people share what they learn. 🏆';

const PROVIDERS = [
  ['mistral', 'mistral-small-latest', 'MISTRAL_API_KEY', '/chat/completions', { inputTokens: 11, outputTokens: 19 }],
  ['groq', 'llama-3.3-70b-versatile', 'GROQ_API_KEY', '/chat/completions', { inputTokens: 41, outputTokens: 19 }],
  [
    'openrouter',
    'google/gemini-2.5-flash',
    'OPENROUTER_API_KEY',
    '/chat/completions',
    { inputTokens: 9, outputTokens: 19 },
  ],
  ['gateway', 'openai/gpt-5-mini', 'AI_GATEWAY_API_KEY', '/language-model', { inputTokens: 12, outputTokens: 20 }],
] as const;

/** Asks a provider's model once at a server that answers so. */
async function ask(name: string, modelId: string, variable: string, reply: Reply, list: Reply = fixture('any/page')) {
  await using server = await ReplayServer.start(({ method }) => (method === 'GET' ? list : reply));
  await using blender = createBlender({
    env: { [variable]: KEY },
    providers: { [name]: { baseURL: `${server.url}/v1` } },
  });
  const models = [`${name}/${modelId}`];
  const generated = await blender
    .generateCandidates({
      prompt: 'Why Kaggle?',
      system: 'Be brief.',
      models,
      temperature: 0.5,
      maxOutputTokens: 50,
      maxRetries: 0,
    })
    .catch((error: unknown) => error);
  const outcome = generated instanceof NoCandidatesError ? { failure: generated.failures[0] } : { generated };
  return { ...outcome, requests: server.requests };
}

test.each(PROVIDERS)('%s: what is sent, and the answer', async (name, modelId, variable, path, tokens) => {
  const { generated, requests } = await ask(name, modelId, variable, inPieces(fixture(`${name}/plain`), 7));
  expect(generated).toMatchObject({
    candidates: [{ text: TEXT, model: `${name}/${modelId}`, finishReason: 'stop', usage: { calls: 1, ...tokens } }],
  });
  expect(requests).toMatchObject([{ method: 'POST', path: `/v1${path}`, headers: { authorization: `Bearer ${KEY}` } }]);
  const body = requests[0]?.body;
  if (name === 'gateway') {
    expect(requests[0]?.headers).toMatchObject({
      'ai-language-model-id': modelId,
      'ai-language-model-streaming': 'true',
    });
    expect(body).toMatchObject({ temperature: 0.5, maxOutputTokens: 50 });
    return;
  }
  expect(body).toMatchObject({
    model: modelId,
    messages: [{ role: 'system' }, { role: 'user' }],
    temperature: 0.5,
    max_tokens: 50,
    stream: true,
  });
});

test.each(PROVIDERS)('%s: a wrong key', async (name, modelId, variable) => {
  const reply = fixture(name === 'gateway' ? 'gateway/401' : 'openai/401');
  const { failure } = await ask(name, modelId, variable, reply);
  expect(failure).toMatchObject({ kind: 'refused', message: expect.stringContaining(`Check the key in ${variable}.`) });
});

test('gateway: a model that is not there', async () => {
  const [reply, list] = [fixture('gateway/404'), fixture('gateway/config')];
  const { failure } = await ask('gateway', 'openai/gpt-5-minni', 'AI_GATEWAY_API_KEY', reply, list);
  expect(failure).toMatchObject({
    kind: 'not-found',
    message: "The model was not found (404): Model 'openai/gpt-5-minni' not found. gateway serves openai/gpt-5-mini.",
  });
});
