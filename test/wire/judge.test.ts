import { expect, test } from 'vitest';
import { fixture, type Reply } from './reply.ts';
import { ReplayServer } from './replay-server.ts';
import { wireBlender } from './wire-blender.ts';

const question = { prompt: 'Name a colour.', a: 'Blue.', b: 'I will not.' };

/** A recorded stream with another text; it came in three pieces. */
function saying(name: string, text: string): Reply {
  return edited(name, (body) =>
    body
      .replaceAll('The best thing about Kaggle is its community – people share what they learn. 🏆', escaped(text))
      .replaceAll('The best thing about Kaggle is its ', escaped(text))
      .replaceAll('community – people', '')
      .replaceAll(' share what they learn. 🏆', ''),
  );
}

function edited(name: string, edit: (body: string) => string): Reply {
  const reply = fixture(name);
  return { ...reply, chunks: [Buffer.from(edit(Buffer.concat(reply.chunks).toString()))] };
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The Responses API sends the probabilities with each piece of text. */
function withProbabilities(shares: Readonly<Record<string, number>>): Reply {
  const likely = Object.entries(shares).map(([token, share]) => ({ token, logprob: Math.log(share), bytes: null }));
  const logprobs = [{ ...likely[0], top_logprobs: likely }];
  const reply = saying('openai/plain', `${likely[0]?.token}. A is better`);
  const body = Buffer.concat(reply.chunks)
    .toString()
    .replace('"logprobs":[],"obf', `"logprobs":${JSON.stringify(logprobs)},"obf`);
  return { ...reply, chunks: [Buffer.from(body)] };
}

/** What a request asks the form of the reply to be. */
function asksFor(body: unknown): 'tokens' | 'choice' | 'text' {
  const text = JSON.stringify(body);
  if (text.includes('top_logprobs')) return 'tokens';
  return text.includes('json_schema') || text.includes('responseSchema') || text.includes('responseJsonSchema')
    ? 'choice'
    : 'text';
}

test('OpenAI returns the probability of each choice', async () => {
  await using server = await ReplayServer.start(withProbabilities({ 1: 0.6, 2: 0.2, 3: 0.15, 4: 0.05 }));
  await using blender = wireBlender(server);
  const { forward, usage } = await blender.compare({
    ...question,
    ranker: 'judge:openai/gpt-4.1-mini',
    orders: 'forward',
  });
  expect(forward).toMatchObject({
    verdict: 'left',
    logit: expect.closeTo(Math.log(0.7 / 0.3), 6),
    verdictProbabilities: { left: expect.closeTo(0.6, 6), 'both-bad': expect.closeTo(0.05, 6) },
  });
  expect(usage.calls).toBe(1);
  expect(server.requests[0]?.body).toMatchObject({
    temperature: 0,
    top_logprobs: 20,
    include: ['message.output_text.logprobs'],
  });
});

test('what a provider refuses is asked for in the next form, and not tried again', async () => {
  const refusal = edited('openai/400', (body) =>
    body
      .replaceAll("'temperature' is not supported", "'top_logprobs' is not supported")
      .replaceAll('"temperature"', '"top_logprobs"'),
  );
  const noSchema = edited('openai/400', (body) =>
    body.replace(
      /"message": .*,/,
      `"message": "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",`,
    ),
  );
  await using server = await ReplayServer.start(({ body }) => {
    const form = asksFor(body);
    if (form === 'tokens') return refusal;
    return form === 'choice' ? noSchema : saying('openai/plain', '**2. B is better**');
  });
  await using blender = wireBlender(server);
  const ranker = 'judge:openai/gpt-5-mini';
  const { forward } = await blender.compare({ ...question, ranker, orders: 'forward' });
  expect(forward).toMatchObject({ verdict: 'right', logit: -Math.log(9) });
  await blender.compare({ ...question, ranker, orders: 'forward' });
  expect(server.requests.map(({ body }) => asksFor(body))).toEqual(['tokens', 'choice', 'text', 'text']);
});

test('a model without a temperature is asked without one', async () => {
  await using server = await ReplayServer.start(({ body }) =>
    JSON.stringify(body).includes('"temperature"') ? fixture('openai/400') : saying('openai/plain', '1'),
  );
  await using blender = wireBlender(server);
  const { winner, usage } = await blender.compare({
    ...question,
    ranker: 'judge:openai/gpt-4.1-mini',
    orders: 'forward',
  });
  expect(winner).toBe('a');
  expect(usage).toMatchObject({ calls: 2, cost: expect.any(Number) });
});

test('Gemini is held to the choices', async () => {
  await using server = await ReplayServer.start(saying('gemini/plain', '{"result": "1. A is better"}'));
  await using blender = wireBlender(server);
  const { forward, reverse, consistent, logit } = await blender.compare({
    ...question,
    ranker: 'judge:google/gemini-2.5-flash',
  });
  expect([forward?.verdict, reverse?.verdict, consistent, logit]).toEqual(['left', 'left', false, 0]);
  expect(server.requests.map(({ body }) => asksFor(body))).toEqual(['choice', 'choice']);
  expect(server.requests[0]?.body).toMatchObject({
    generationConfig: { temperature: 0, responseMimeType: 'application/json' },
  });
});

test.each([
  ['anthropic/plain', 'judge:anthropic/claude-haiku-4-5'],
  ['openai-chat/plain', 'judge:mine/gpt-4.1-nano'],
  ['ollama/plain', 'judge:ollama/gemma3:4b'],
])('words are read from %s', async (name, ranker) => {
  await using server = await ReplayServer.start(saying(name, 'B refuses. Therefore, A is better.'));
  await using blender = wireBlender(server);
  const { forward } = await blender.compare({ ...question, ranker, orders: 'forward' });
  expect(forward?.verdict).toBe('left');
});

test('a blocked verdict is unknown, and the ranking goes by the others', async () => {
  await using server = await ReplayServer.start(({ body }) =>
    JSON.stringify(body).includes('Seven')
      ? fixture('gemini/blocked-prompt')
      : saying('gemini/plain', JSON.stringify(body).indexOf('Blue') < JSON.stringify(body).indexOf('Red') ? '1' : '2'),
  );
  await using blender = wireBlender(server);
  const { ranks, comparisons } = await blender.rank({
    prompt: 'Name a colour.',
    candidates: ['Red.', 'Seven.', 'Blue.'],
    ranker: 'judge:google/gemini-2.5-flash',
  });
  expect(ranks[2]).toBe(1);
  expect(comparisons.filter(({ forward }) => forward?.failure?.includes('blocked'))).toHaveLength(2);
});

test('a wrong key ends it at once, with a hint', async () => {
  await using server = await ReplayServer.start(fixture('openai/401'));
  await using blender = wireBlender(server);
  const ranking = blender.rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker: 'judge:openai/gpt-4.1-mini' });
  await expect(ranking).rejects.toThrow('OPENAI_API_KEY');
});

test('a model without a temperature ranks a list without one', async () => {
  await using server = await ReplayServer.start(({ body }) =>
    JSON.stringify(body).includes('"temperature"') ? fixture('openai/400') : saying('openai/plain', '[2] > [1]'),
  );
  await using blender = wireBlender(server);
  const { ranks, usage } = await blender.rank({
    prompt: 'q',
    candidates: ['a', 'b'],
    ranker: 'judge-list:openai/gpt-4.1-mini',
  });
  expect(ranks.toSorted()).toEqual([1, 2]);
  expect(usage.calls).toBe(2);
});

test('one call ranks a list', async () => {
  await using server = await ReplayServer.start(saying('openai-chat/plain', '[2] > [3] > [1]'));
  await using blender = wireBlender(server);
  const { ranks, usage } = await blender.rank({
    prompt: 'q',
    candidates: ['a', 'b', 'c'],
    ranker: 'judge-list:mine/gpt-4.1-nano',
  });
  expect(ranks.toSorted()).toEqual([1, 2, 3]);
  expect(usage.calls).toBe(1);
  expect(server.requests).toHaveLength(1);
});

test('a cascade asks the judge of a provider only where its prefilter is unsure', async () => {
  await using server = await ReplayServer.start(saying('openai-chat/plain', '1'));
  await using blender = wireBlender(server);
  const { explanation } = await blender.rank({
    prompt: 'Name a colour.',
    candidates: ['Blue, the colour of the sea.', 'no', 'Green, the colour of grass.', 'asdf asdf'],
    ranker: 'cascade:judge:mine/gpt-4.1-nano',
  });
  expect(explanation.rankers.map(({ ranker }) => ranker)).toEqual(['small', 'cascade:judge:mine/gpt-4.1-nano']);
  expect(server.requests.length).toBe(explanation.rankers[1]?.calls);
});
