import { jsonSchema } from 'ai';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { z as zod3 } from 'zod/v3';
import { type BlendOptions, createBlender } from '../../src/index.ts';
import { FakeFuser, FakePairRanker } from '../../src/test/index.ts';
import { askOnce } from './ask-once.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply } from './reply.ts';
import { wireBlender } from './wire-blender.ts';

const prompt = 'Who wrote the first program?';
const schema = z.object({ name: z.string().describe('First and last.'), born: z.int(), works: z.array(z.string()) });
const ada = { name: 'Ada Lovelace', born: 1815, works: ['Note G'] };
const grace = { name: 'Grace Hopper', born: 1906, works: ['A-0', 'COBOL'] };
const pretty = (value: unknown) => JSON.stringify(value, null, 2);

/** A chat completion as a server streams it, in small pieces. */
function saying(content: string, { finish = 'stop' }: { finish?: string } = {}): Reply {
  const event = (choice: unknown) => `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [choice] })}\n\n`;
  const body =
    event({ index: 0, delta: { role: 'assistant', content } }) +
    event({ index: 0, delta: {}, finish_reason: finish }) +
    'data: [DONE]\n\n';
  const headers = { 'content-type': 'text/event-stream' };
  return inPieces({ status: 200, statusText: 'OK', headers, chunks: [Buffer.from(body)] }, 61);
}

/** The model of a request, and the text of its last message. */
function asked({ body }: ReceivedRequest): { readonly model: string; readonly text: string } {
  const { model, messages } = body as { model: string; messages: { content: string }[] };
  return { model, text: messages.at(-1)?.content ?? '' };
}

/** A server on which each model says what it is told to; the fuser is the model `fuser`. */
const serve = (answers: Readonly<Record<string, string | Reply>>) =>
  ReplayServer.start((request) => {
    const answer = answers[asked(request).model] ?? 'unknown model';
    return typeof answer === 'string' ? saying(answer) : answer;
  });

/** Likes what has more letters. */
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

describe('a blend with a schema', () => {
  test('invalid candidates leave before the ranking, and the fused answer is of the schema', async () => {
    const fused = { ...grace, works: ['A-0', 'COBOL', 'FLOW-MATIC'] };
    await using server = await serve({
      fenced: `Here you are:\n\`\`\`json\n${JSON.stringify(ada)}\n\`\`\``,
      prose: `The answer is ${JSON.stringify(grace)}, I think.`,
      types: JSON.stringify({ ...ada, born: '1815' }),
      cut: saying('{"name":"Ada Love', { finish: 'length' }),
      chatty: 'Ada Lovelace, of course!',
      thinking: `<think>{"name":"x"}?</think>${pretty(ada)}`,
      fuser: `Combined: ${JSON.stringify(fused)}`,
    });
    await using blender = wireBlender(server);
    const ranker = longer();
    const models = ['fenced', 'prose', 'types', 'cut', 'chatty', 'thinking'].map((name) => `mine/${name}`);
    const result = await blender.blend({ prompt, schema, models, ranker, fuser: 'mine/fuser', maxRetries: 0 });
    expect(result).toMatchObject({ text: pretty(fused), object: fused, decision: 'fused', fused: { object: fused } });
    expectTypeOf(result.object).toEqualTypeOf<{ name: string; born: number; works: string[] }>();
    expect(result.candidates.map(({ model, object, rank }) => [model, object, rank])).toEqual([
      ['mine/prose', grace, 1],
      ['mine/fenced', ada, 2],
      ['mine/thinking', ada, 2],
    ]);
    expect(result.failures.map(({ model, kind, message }) => [model, kind, message])).toEqual([
      ['mine/types', 'invalid', expect.stringContaining('born: Invalid input: expected number, received string')],
      ['mine/cut', 'invalid', expect.stringContaining('its JSON is cut off; raise maxOutputTokens (--max-tokens)')],
      ['mine/chatty', 'invalid', expect.stringContaining('it has no JSON')],
    ]);
    // Equal answers are one text, whatever stood around them.
    const texts = new Set(ranker.calls.flatMap(({ pairs }) => pairs.map(({ left }) => left)));
    expect(texts).toEqual(new Set([pretty(ada), pretty(grace), pretty(fused)]));
  });

  test('each model and the fuser are asked for the form, in words and by the API', async () => {
    await using server = await serve({ one: JSON.stringify(ada), two: JSON.stringify(grace), fuser: pretty(grace) });
    await using blender = wireBlender(server);
    await blender.blend({ prompt, schema, models: ['mine/one', 'mine/two'], ranker: longer(), fuser: 'mine/fuser' });
    expect(server.requests).toHaveLength(3);
    for (const request of server.requests) {
      expect(request.body).toMatchObject({ response_format: { type: 'json_object' } });
      expect(asked(request).text).toMatch(/JSON schema.*"description":"First and last\."/s);
    }
    const fusing = server.requests.at(-1);
    expect(fusing && asked(fusing).text).toContain('"works": [\n    "A-0"');
  });

  test.each([
    ['prose', 'I cannot fuse these.', 'the fused answer does not follow the schema'],
    ['wrong types', '{"name":"Ada","born":null,"works":[]}', 'the fused answer does not follow the schema'],
    ['cut off', '{"name":"Ada","bor', 'the fused answer does not follow the schema'],
    ['nothing', '', 'the fused answer was empty'],
  ])('a fusion that is %s leaves the best candidate', async (_, text, reason) => {
    await using server = await serve({ one: JSON.stringify(ada), two: JSON.stringify(grace), fuser: text });
    await using blender = wireBlender(server);
    const models = ['mine/one', 'mine/two'];
    const result = await blender.blend({ prompt, schema, models, ranker: longer(), fuser: 'mine/fuser' });
    expect(result).toMatchObject({
      text: pretty(grace),
      object: grace,
      decision: 'best-candidate',
      decisionReason: `The best candidate is the answer: ${reason}.`,
      fused: undefined,
      failures: [{ id: 'fuser', phase: 'fuse', kind: text === '' ? 'empty' : 'invalid' }],
      usage: { calls: 2 + 2 + 1 },
    });
  });

  test('without a valid answer there is none, and each reason is named', async () => {
    await using server = await serve({ one: 'No.', two: '{"name":1}' });
    await using blender = wireBlender(server);
    const asking = blender.blend({ prompt, schema, models: ['mine/one', 'mine/two'], ranker: longer() });
    await expect(asking).rejects.toMatchObject({
      name: 'NoCandidatesError',
      failures: [{ kind: 'invalid' }, { kind: 'invalid', usage: { calls: 1 } }],
    });
    await expect(asking).rejects.toThrow('name: Invalid input: expected string, received number');
  });

  test('a mistake in the schema is found before any call', async () => {
    await using server = await serve({});
    await using blender = wireBlender(server);
    for (const wrong of [{ type: 'objekt' }, 'object', z.object({ at: z.date() })]) {
      const options = { prompt, schema: wrong as never, models: ['mine/one'] };
      for (const call of [blender.blend, blender.generateCandidates, blender.bestOfN]) {
        await expect(call(options)).rejects.toMatchObject({ name: 'InvalidArgumentError', parameter: 'schema' });
      }
    }
    expect(server.requests).toEqual([]);
  });

  test('the stream has the object too', async () => {
    await using server = await serve({ one: pretty(ada) });
    await using blender = wireBlender(server);
    const stream = blender.streamBlend({ prompt, schema, models: ['mine/one'] });
    expect(await stream.object).toEqual(ada);
    const texts: string[] = [];
    for await (const text of stream.textStream) texts.push(text);
    expect(texts).toEqual([pretty(ada)]);
    expectTypeOf(stream.object).resolves.toEqualTypeOf<z.infer<typeof schema>>();
  });
});

describe('what goes over the wire', () => {
  const required = z.object({ a: z.string() });
  const optional = z.object({ a: z.string().optional() });

  test.each([
    ['openai/gpt-4.1-mini', 'openai/plain', 'text.format', required, { type: 'json_schema', strict: true }],
    ['openai/gpt-4.1-mini', 'openai/plain', 'text.format', optional, { type: 'json_schema', strict: false }],
    ['google/gemini-2.5-flash', 'gemini/plain', 'generationConfig', optional, { responseMimeType: 'application/json' }],
    ['anthropic/claude-haiku-4-5', 'anthropic/plain', 'output_config.format', required, { type: 'json_schema' }],
    ['ollama/gemma3:4b', 'ollama/plain', 'response_format.json_schema', required, { strict: true }],
    ['ollama/gemma3:4b', 'ollama/plain', 'response_format.json_schema', optional, { strict: false }],
    ['mine/gpt-4.1-nano', 'openai-chat/plain', 'response_format', optional, { type: 'json_object' }],
  ] as const)('%s (%s): %s', async (model, reply, path, asking, expected) => {
    const { requests, failure } = await askOnce(model, fixture(reply), { schema: asking });
    expect(requests[0]?.body).toHaveProperty(path, expect.objectContaining(expected));
    expect(failure).toMatchObject({ kind: 'invalid' });
  });
});

describe('other functions with a schema', () => {
  const colours = { type: 'array', items: { enum: ['red', 'green', 'blue'] } } as const;

  test('candidates of a list of enums', async () => {
    await using server = await serve({
      wrapped: '{"answer":["red","blue"]}',
      bare: '["green"]',
      other: '{"answer":["purple"]}',
    });
    await using blender = wireBlender(server);
    const models = ['mine/wrapped', 'mine/bare', 'mine/other'];
    const { candidates, failures } = await blender.generateCandidates({ prompt, models, schema: colours });
    expect(candidates.map(({ object }) => object)).toEqual([['red', 'blue'], ['green']]);
    expect(failures.map(({ message }) => message)).toEqual([
      'The answer does not follow the schema: 0: must be equal to one of the allowed values ("red", "green", "blue").',
    ]);
    expectTypeOf(candidates[0]?.object).toBeUnknown();
  });

  test('the best of several', async () => {
    await using server = await serve({ one: JSON.stringify(ada), two: JSON.stringify(grace) });
    await using blender = wireBlender(server);
    const result = await blender.bestOfN({ prompt, schema, models: ['mine/one', 'mine/two'], ranker: longer() });
    expect(result).toMatchObject({ text: pretty(grace), object: grace });
    expectTypeOf(result.object.works).toEqualTypeOf<string[]>();
    const ofTexts = { prompt, candidates: ['a', 'b'], schema };
    await expect(blender.bestOfN(ofTexts)).rejects.toThrow('pass models instead of candidates');
  });

  test('a fusion, which is an error where it is invalid', async () => {
    await using server = await serve({ good: `Sure: ${JSON.stringify(ada)}`, bad: '{"name":"Ada"}' });
    await using blender = wireBlender(server);
    const candidates = ['Ada, 1815.', 'Lovelace wrote note G.'];
    const result = await blender.fuse({ prompt, schema, candidates, fuser: 'mine/good' });
    expect(result).toMatchObject({ text: pretty(ada), object: ada });
    expectTypeOf(result.object.born).toBeNumber();
    await expect(blender.fuse({ prompt, schema, candidates, fuser: 'mine/bad' })).rejects.toMatchObject({
      name: 'ModelCallError',
      kind: 'invalid',
    });
  });

  test('your own fuser gets the JSON schema, and what it writes is read in the same way', async () => {
    await using server = await serve({ one: JSON.stringify(ada), two: JSON.stringify(grace) });
    await using blender = wireBlender(server);
    const fused = { ...grace, works: ['A-0', 'COBOL', 'and more'] };
    const fuser = new FakeFuser({ write: () => `My answer:\n${JSON.stringify(fused)}` });
    const options = { prompt, models: ['mine/one', 'mine/two'], ranker: longer(), fuser };
    expect(await blender.blend({ ...options, schema })).toMatchObject({ decision: 'fused', object: fused });
    expect(fuser.calls[0]).toMatchObject({
      jsonSchema: { type: 'object', required: ['name', 'born', 'works'] },
      candidates: [pretty(grace), pretty(ada)],
    });
    await blender.blend(options);
    expect(fuser.calls[1]).not.toHaveProperty('jsonSchema');
  });

  test('the type of the object follows from any kind of schema', () => {
    type City = { city: string };
    interface Schema {
      type?: 'object' | 'array';
      required?: string[];
    }
    const typed: Schema = { type: 'object' };
    const ask = () => blender.blend({ prompt, schema: z.array(z.enum(['a', 'b'])) });
    const blender = createBlender();
    expectTypeOf<Awaited<ReturnType<typeof ask>>['object']>().toEqualTypeOf<('a' | 'b')[]>();
    const kinds = {
      ofTheSdk: () => blender.blend({ prompt, schema: jsonSchema<City>({ type: 'object' }) }),
      json: () => blender.blend({ prompt, schema: typed }),
      literal: () => blender.blend({ prompt, schema: { type: 'object', required: ['city'] } }),
      old: () => blender.generateCandidates({ prompt, models: [], schema: zod3.object({ city: zod3.string() }) }),
      perhaps: (given?: z.ZodType<City>) => blender.streamBlend({ prompt, schema: given }),
      loose: (given: BlendOptions) => blender.blend(given),
    };
    type Kinds = { [KIND in keyof typeof kinds]: Awaited<ReturnType<(typeof kinds)[KIND]>> };
    expectTypeOf<Kinds['ofTheSdk']['object']>().toEqualTypeOf<City>();
    expectTypeOf<Kinds['json']['object']>().toBeUnknown();
    expectTypeOf<Kinds['literal']['object']>().toBeUnknown();
    expectTypeOf<Kinds['old']['candidates'][number]['object']>().toEqualTypeOf<City>();
    expectTypeOf<Kinds['perhaps']['object']>().toEqualTypeOf<Promise<City | undefined>>();
    expectTypeOf<Kinds['loose']['object']>().toBeUnknown();
  });

  test('without a schema nothing is asked for, and there is no object', async () => {
    await using server = await serve({ one: pretty(ada) });
    await using blender = wireBlender(server);
    const { object, text } = await blender.blend({ prompt, models: ['mine/one'] });
    expect([object, text]).toEqual([undefined, pretty(ada)]);
    expectTypeOf(object).toBeUndefined();
    expect(server.requests[0]?.body).not.toHaveProperty('response_format');
    expect(server.requests[0] && asked(server.requests[0]).text).toBe(prompt);
  });
});
