import { expect, test } from 'vitest';
import type { FusionAnalysisOutcome } from '../../src/index.ts';
import { geminiPrompt, geminiReply } from './gemini-reply.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, inPieces } from './reply.ts';
import { KEY, wireBlender } from './wire-blender.ts';

const prompt = 'What is the best thing about Kaggle?';
const candidates = ['Its data sets.', 'Its community.'];

test('a fusion streams, word by word', async () => {
  await using server = await ReplayServer.start(inPieces(fixture('gemini/plain'), 40));
  await using blender = wireBlender(server);
  const deltas: string[] = [];
  const result = await blender.fuse({
    prompt,
    candidates,
    fuser: 'google/gemini-2.5-flash',
    onDelta: (delta) => deltas.push(delta),
  });
  expect(result).toMatchObject({ finishReason: 'stop', usage: { calls: 1, inputTokens: 9, outputTokens: 19 } });
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.join('')).toBe(result.text);
  const [request] = server.requests;
  expect(request?.body).toMatchObject({ generationConfig: { temperature: 0, maxOutputTokens: 512 } });
  expect(request && geminiPrompt(request)).toMatch(
    /<draft-1 (\w{16})>\nIts data sets\.\n<\/draft-1 \1>\n\n<draft-2 \1>.*Task: What is the best thing about Kaggle\?$/s,
  );
});

test('the analysis asks for its form, and what it says goes into the second request', async () => {
  const analysis = {
    agreement: ['Both like Kaggle.'],
    contradictions: [],
    uniquePoints: ['Data sets.', 'Community.'],
    blindSpots: ['Competitions.'],
  };
  await using server = await ReplayServer.start((request, index) =>
    geminiReply(request, index === 0 ? JSON.stringify(analysis) : 'Data sets, community and competitions.'),
  );
  await using blender = wireBlender(server);
  const outcomes: FusionAnalysisOutcome[] = [];
  const result = await blender.fuse({
    prompt,
    candidates,
    fuser: 'google/gemini-3.5-flash-lite',
    analysis: true,
    onAnalysis: (outcome) => outcomes.push(outcome),
  });
  expect(result).toMatchObject({ text: 'Data sets, community and competitions.', analysis, usage: { calls: 2 } });
  expect(outcomes).toEqual([{ analysis, failure: undefined }]);
  const [first, second] = server.requests;
  expect(first?.body).toMatchObject({
    generationConfig: {
      responseMimeType: 'application/json',
      responseJsonSchema: { required: ['agreement', 'contradictions', 'uniquePoints', 'blindSpots'] },
    },
  });
  expect(second?.body).not.toHaveProperty('generationConfig.responseMimeType');
  expect(second && geminiPrompt(second)).toContain('Blind spots:\n- Competitions.');
});

test('an endpoint that refuses the form leaves plain fusing, and no key in what is reported', async () => {
  await using server = await ReplayServer.start((request, index) =>
    index === 0 ? fixture('gemini/400') : geminiReply(request, 'Fused.'),
  );
  await using blender = wireBlender(server);
  const result = await blender.fuse({ prompt, candidates, fuser: 'google/gemini-3.5-flash-lite', analysis: true });
  expect(result).toMatchObject({ text: 'Fused.', failures: [{ phase: 'analyse', kind: 'invalid-request' }] });
  expect(JSON.stringify(result)).not.toContain(KEY);
});
