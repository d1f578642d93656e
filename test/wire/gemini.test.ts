import { expect, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { inPieces, recorded } from './reply.ts';
import { ReplayServer } from './replay-server.ts';

test.each([1, 3, 7, 1000])('a streamed answer, in pieces of %i bytes', async (size) => {
  await using server = await ReplayServer.start(inPieces(recorded('gemini/plain'), size));
  await using blender = createBlender({
    env: { GEMINI_API_KEY: 'not-a-real-key' },
    providers: { google: { baseURL: `${server.url}/v1beta` } },
  });
  const { candidates } = await blender.generateCandidates({
    prompt: 'Why Kaggle?',
    models: ['google/gemini-2.5-flash'],
  });
  expect(candidates).toMatchObject([
    { text: 'The best thing about Kaggle is its community – people share what they learn. 🏆', finishReason: 'stop' },
  ]);
  expect(server.requests).toMatchObject([
    {
      path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': 'not-a-real-key' },
      body: { contents: [{ role: 'user', parts: [{ text: 'Why Kaggle?' }] }] },
    },
  ]);
});
