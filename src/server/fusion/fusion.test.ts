import { expect, test } from 'vitest';
import { chat, fakeBlend, post, saying, startFake } from '../__fixtures__/fake-server.ts';

const models = () => ({
  a: saying('a', 'one'),
  b: saying('b', 'another one'),
  c: saying('c', 'the longest one of all, by far and wide'),
  broken: saying('broken', new Error('it is broken')),
});

async function start() {
  const all = models();
  const { a, b, c, broken } = all;
  const config = { blends: { other: fakeBlend({ models: [c, broken] }) } };
  const server = await startFake({ models: [a, b], fuser: saying('writer', 'fused') }, { config });
  const asked = () => Object.values(all).map(({ calls }) => calls.length);
  return { server, asked };
}

const fusion = (more: object = {}) => ({ plugins: [{ id: 'fusion', ...more }] });

test.each<[string, object, readonly string[]]>([
  ['the members of the blend by default', fusion(), ['fake/b', 'fake/a']],
  ['by the alias', { model: 'openrouter/fusion' }, ['fake/b', 'fake/a']],
  ['the panel that is named', fusion({ analysis_models: ['fake/a', 'fake/c'] }), ['fake/c', 'fake/a']],
  [
    'as a tool',
    { tools: [{ type: 'openrouter:fusion', parameters: { analysis_models: ['fake/b', 'fake/c'] } }] },
    ['fake/c', 'fake/b'],
  ],
  [
    'with its writer',
    fusion({ analysis_models: ['fake/a', 'fake/b'], model: 'fake/c', max_completion_tokens: 50 }),
    ['fake/b', 'fake/a'],
  ],
  [
    'where a member is asked, it writes',
    { model: 'fake/c', ...fusion({ analysis_models: ['fake/a', 'fake/b'] }) },
    ['fake/b', 'fake/a'],
  ],
])('a panel answers: %s', async (_, body, ranked) => {
  const { server } = await start();
  for (const stream of [false, true]) {
    const text = await (await chat(server, { ...body, stream })).text();
    const notes = JSON.parse(/"llm_blender":(\{.*\})\}/.exec(text)?.[1] ?? '{}') as { candidates: { model: string }[] };
    expect(notes.candidates.map(({ model }) => model)).toEqual(ranked);
    expect(notes).toHaveProperty('failed_models', []);
  }
});

test('the writer is the one that is named', async () => {
  const { server } = await start();
  const response = await chat(server, fusion({ analysis_models: ['fake/a', 'fake/b'], model: 'fake/c' }));
  expect(await response.json()).toMatchObject({
    model: 'mine',
    choices: [{ message: { content: 'the longest one of all, by far and wide' } }],
    llm_blender: { decision: 'fused' },
  });
});

test('models of the panel that fail are reported, and too few answers are an error before one is written', async () => {
  const { server, asked } = await start();
  const panel = { analysis_models: ['fake/a', 'fake/broken'] };
  const answered = await chat(server, fusion(panel));
  expect(await answered.json()).toMatchObject({
    llm_blender: {
      failed_models: [{ model: 'fake/broken', error: expect.stringContaining('it is broken'), kind: 'error' }],
    },
  });
  for (const stream of [false, true]) {
    const few = await chat(server, { ...fusion({ ...panel, min_successful_responses: 2 }), stream });
    expect(await few.text()).toContain('"code":"quorum_not_met"');
  }
  expect(asked()).toEqual([3, 0, 0, 3]);
  const enough = await chat(server, fusion({ analysis_models: ['fake/a', 'fake/b'], min_successful_responses: 2 }));
  expect(enough.status).toBe(200);
});

test.each<[string, object, number, string, string | null]>([
  [
    'a blend in a panel',
    fusion({ analysis_models: ['fake/a', 'other'] }),
    400,
    'fusion_recursion',
    'plugins[0].analysis_models[1]',
  ],
  ['a blend as the writer', fusion({ model: 'mine' }), 400, 'fusion_recursion', 'plugins[0].model'],
  [
    'the alias in a panel',
    fusion({ analysis_models: ['openrouter/fusion'] }),
    404,
    'model_not_found',
    'plugins[0].analysis_models[0]',
  ],
  [
    'a model that is not served',
    fusion({ analysis_models: ['openai/gpt-5'] }),
    404,
    'model_not_found',
    'plugins[0].analysis_models[0]',
  ],
  ['nine models', fusion({ analysis_models: Array(9).fill('fake/a') }), 400, '', 'plugins[0].analysis_models'],
  ['an empty panel', fusion({ analysis_models: [] }), 400, '', 'plugins[0].analysis_models'],
])('%s is refused', async (_, body, status, code, param) => {
  const { server, asked } = await start();
  const response = await chat(server, body);
  const { error } = (await response.json()) as { error: { code: string | null; param: string } };
  expect([response.status, error.code ?? '', error.param]).toEqual([status, code, param]);
  expect(asked()).toEqual([0, 0, 0, 0]);
});

test('inside of a fusion no blend is asked, and a single model is', async () => {
  const { server, asked } = await start();
  const inside = { headers: { 'x-openrouter-fusion-depth': '1' } };
  for (const body of [{}, fusion(), { model: 'openrouter/fusion' }]) {
    const response = await chat(server, body, inside);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'fusion_recursion' } }]);
  }
  expect(asked()).toEqual([0, 0, 0, 0]);
  expect((await chat(server, { model: 'fake/a' }, inside)).status).toBe(200);
  expect((await chat(server, {}, { headers: { 'x-openrouter-fusion-depth': '0' } })).status).toBe(200);
});

test('another plugin has no effect, nor one that is switched off; responses take a panel too', async () => {
  const { server } = await start();
  for (const body of [{ plugins: [{ id: 'web' }] }, fusion({ enabled: false })]) {
    expect(await (await chat(server, body)).json()).not.toHaveProperty('llm_blender.failed_models');
  }
  const response = await post(server, '/v1/responses', { model: 'openrouter/fusion', input: 'Why?' });
  expect(await response.json()).toMatchObject({ status: 'completed', llm_blender: { failed_models: [] } });
});
