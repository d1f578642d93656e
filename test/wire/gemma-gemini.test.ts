import { expect, test } from 'vitest';
import { isJudgement, longerIsBetter } from './gemini-judge.ts';
import { geminiPrompt, geminiReply } from './gemini-reply.ts';
import { ReplayServer } from './replay-server.ts';
import { wireBlender } from './wire-blender.ts';

const ANSWERS = ['Its data sets.', 'Its large community of people who share.', 'Its many competitions.'];

test('the notebook’s system, end to end: three samples, all pairs in both orders, the best two fused, the check', async () => {
  let sample = 0;
  await using server = await ReplayServer.start((request) => {
    if (isJudgement(request)) return longerIsBetter(request);
    if (request.path.includes('gemma-7b-it'))
      return geminiReply(request, 'A community, competitions, and all their data.');
    return geminiReply(request, ANSWERS[sample++] ?? '');
  });
  await using blender = wireBlender(server);
  const result = await blender.blend({
    blend: 'gemma-gemini',
    prompt: 'What is the best thing about Kaggle?',
    // Gemma from the same server, in place of the files.
    models: [{ model: 'google/gemma-2b-it', samples: 3, topP: 0.8, maxOutputTokens: 256 }],
    fuser: { model: 'google/gemma-7b-it', maxOutputTokens: 512 },
  });

  expect(result).toMatchObject({
    text: 'A community, competitions, and all their data.',
    decision: 'fused',
    ranker: 'judge:google/gemini-3.5-flash-lite',
    candidates: [
      { text: ANSWERS[1], rank: 1 },
      { text: ANSWERS[2], rank: 2 },
      { text: ANSWERS[0], rank: 3 },
    ],
    failures: [],
    usage: { calls: 3 + 6 + 1 + 2 },
  });
  expect(result.fused?.from).toEqual(result.candidates.slice(0, 2).map(({ id }) => id));
  expect(result.comparisons.filter(({ phase }) => phase === 'rank')).toHaveLength(3);
  expect(result.comparisons.every(({ consistent }) => consistent === true)).toBe(true);

  const judgements = server.requests.filter(isJudgement);
  expect(judgements).toHaveLength(8);
  for (const { body } of judgements) {
    expect(body).toMatchObject({
      safetySettings: [
        { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
        { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' },
        { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold: 'BLOCK_NONE' },
        { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold: 'BLOCK_NONE' },
      ],
    });
  }
  const samples = server.requests.filter(({ path }) => path.includes('gemma-2b-it'));
  expect(samples).toHaveLength(3);
  for (const { body } of samples) {
    expect(body).toMatchObject({ generationConfig: { topP: 0.8, maxOutputTokens: 256 } });
    expect(body).not.toHaveProperty('safetySettings');
  }
  const [fusion, ...more] = server.requests.filter(({ path }) => path.includes('gemma-7b-it'));
  expect(more).toEqual([]);
  expect(fusion?.body).toMatchObject({ generationConfig: { temperature: 0, maxOutputTokens: 512 } });
  const prompt = fusion === undefined ? '' : geminiPrompt(fusion);
  expect(prompt).toMatch(/^Instruction: What is the best thing about Kaggle\?\n\nThe outputs below are sorted/);
  expect(prompt).toMatch(/<output-1 \w+ rank 1>\nIts large.*<output-2 \w+ rank 2>\nIts many/s);
  expect(prompt).not.toContain('data sets');
});

test('without the judge’s key it ends before any model is called, with a hint', async () => {
  await using server = await ReplayServer.start((request) => geminiReply(request, 'An answer.'));
  await using blender = wireBlender(server, { GEMINI_API_KEY: '' });
  await expect(
    blender.blend({ blend: 'gemma-gemini', prompt: 'Why?', models: ['ollama/gemma', 'ollama/gemma'] }),
  ).rejects.toThrow(/^google\/gemini-3\.5-flash-lite needs a key: set the environment variable GEMINI_API_KEY/);
});
