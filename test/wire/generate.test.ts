import { generateText, jsonSchema, Output } from 'ai';
import { describe, expect, test } from 'vitest';
import { callErrorKind } from '../../src/calls/index.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, type Reply } from './reply.ts';
import { APIS, wireBlender } from './wire-blender.ts';

const TEXT = 'The best thing about Kaggle is its community – people share what they learn. 🏆';

/** Asks without streaming, as judges do. */
async function generate(name: string, reply: Reply, options: { output?: Output.Output; prompt?: string } = {}) {
  await using server = await ReplayServer.start(reply);
  await using blender = wireBlender(server);
  const model = await blender.model(name);
  const outcome = await generateText({ model, prompt: 'Why Kaggle?', maxRetries: 0, ...options }).then(
    (result) => ({ text: result.text, error: undefined }),
    (error: unknown) => ({ text: undefined, error }),
  );
  return { ...outcome, requests: server.requests };
}

describe.each(APIS)('$folder, without streaming', ({ folder, model }) => {
  test('an answer', async () => {
    const { text, requests } = await generate(model, fixture(`${folder}/generate`));
    expect(text).toBe(TEXT);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.path).not.toMatch(/stream/i);
    expect(requests[0]?.body).not.toMatchObject({ stream: true });
  });

  test.each(['any/page', 'any/broken-json'])('%s is no answer, and the address is doubted', async (reply) => {
    const { error } = await generate(model, fixture(reply));
    expect(callErrorKind(error)).toBe('invalid-response');
    expect(error).toMatchObject({
      message: expect.stringMatching(/\. Check that http:\S+ is the address of the API /),
    });
  });

  test('the JSON of something else is no answer', async () => {
    const { text, error } = await generate(model, fixture('any/other-json'));
    // In Gemini's API every field may be missing; OpenAI's package takes a missing one for an error of the server.
    if (folder === 'gemini') expect(text).toBe('');
    else expect(callErrorKind(error)).toBe(folder === 'openai' ? 'unavailable' : 'invalid-response');
  });

  test('an error has its hint', async () => {
    const { error } = await generate(model, fixture('any/403'));
    expect(callErrorKind(error)).toBe('refused');
    expect(error).toMatchObject({ message: expect.stringMatching(/^Forbidden\. (Check the key in|No key was sent)/) });
  });
});

test.each([
  ['ollama/gemma3:4b', 'json_schema'],
  ['mine/model', 'json_object'],
])('%s is sent a schema for the answer as far as it takes one', async (model, type) => {
  const schema = jsonSchema({ type: 'object', properties: { verdict: { type: 'string' } } });
  const prompt = 'Answer in JSON.';
  const { requests } = await generate(model, fixture('ollama/generate'), { prompt, output: Output.object({ schema }) });
  expect(requests[0]?.body).toMatchObject({ response_format: { type } });
});
