import { expect, test } from 'vitest';
import { geminiReply } from './gemini-reply.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, type Reply } from './reply.ts';
import { wireBlender } from './wire-blender.ts';

/** The same reply about another thing. */
function about(reply: Reply, thing: string): Reply {
  return {
    ...reply,
    chunks: reply.chunks.map((chunk) => Buffer.from(Buffer.from(chunk).toString().replace('community', thing))),
  };
}

test('the blend paper asks each family, ranks all pairs and fuses the best three by the best one; a missing key is one failure', async () => {
  await using server = await ReplayServer.start(({ path, ...rest }) => {
    if (path.includes('/messages')) return about(fixture('anthropic/plain'), 'notebooks');
    if (path.includes('/responses')) return about(fixture('openai/plain'), 'data sets');
    return geminiReply({ path, ...rest }, 'The best thing about Kaggle is its competitions.');
  });
  await using blender = wireBlender(server);
  const result = await blender.blend({
    blend: 'paper',
    prompt: 'What is the best thing about Kaggle?',
    ranker: 'small',
  });
  expect(result.candidates.map(({ model }) => model).toSorted()).toEqual([
    'anthropic/claude-haiku-5-5',
    'google/gemini-3.5-flash-lite',
    'openai/gpt-5.4-mini',
  ]);
  expect(result.failures).toMatchObject([
    { model: 'mistral/mistral-small-latest', phase: 'generate', message: expect.stringContaining('MISTRAL_API_KEY') },
  ]);
  expect(result.comparisons.filter(({ phase }) => phase === 'rank')).toHaveLength(3);
  expect(result.fused).toMatchObject({
    fuser: result.candidates[0]?.model,
    from: result.candidates.map(({ id }) => id),
  });
  expect(JSON.stringify(server.requests.at(-1)?.body)).toMatch(
    /Candidate 0:\\n<extra_id_0 \w{16}.*Summarize candidates into a better one/,
  );
});
