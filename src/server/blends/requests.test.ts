import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BlenderConfig, createBlender, loadConfig } from '../../index.ts';
import { body, startBlend } from '../__fixtures__/blend-client.ts';
import { longer, post, saying, startFake } from '../__fixtures__/fake-server.ts';

const text = (content: unknown) => ({ messages: [{ role: 'user', content }] });

/** What is wrong with a start, and the field that is named. */
const MISTAKES: readonly (readonly [given: object, status: number, param: string | null])[] = [
  [{}, 400, 'prompt'],
  [{ prompt: '' }, 400, 'prompt'],
  [{ prompt: ' \n' }, 400, 'prompt'],
  [{ prompt: 3 }, 400, 'prompt'],
  [{ prompt: 'a', instruction: 'b' }, 400, 'instruction'],
  [{ prompt: 'a', input: 'b' }, 400, 'input'],
  [{ messages: [] }, 400, 'messages'],
  [{ messages: [{ role: 'assistant', content: 'Hi' }] }, 400, 'messages'],
  [{ messages: [{ role: 'wizard', content: 'Hi' }] }, 400, 'messages[0].role'],
  [
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'tool', tool_call_id: 'x', content: 'b' },
      ],
    },
    400,
    'messages[1]',
  ],
  [{ messages: Array.from({ length: 1001 }, () => ({ role: 'user', content: 'a' })) }, 400, 'messages'],
  [
    text([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]),
    400,
    'messages[0].content[0].image_url.url',
  ],
  [text([{ type: 'image_url', image_url: 'data:image/png;base64,%%%' }]), 400, 'messages[0].content[0].image_url.url'],
  [text([{ type: 'file', file: { file_id: 'file-1' } }]), 400, 'messages[0].content[0].file'],
  [{ prompt: 'a', blend: 'nowhere' }, 404, 'blend'],
  [{ prompt: 'a', blend: '__proto__' }, 404, 'blend'],
  [{ prompt: 'a', blend: 'constructor' }, 404, 'blend'],
  [{ prompt: 'a', models: [] }, 400, 'models'],
  [{ prompt: 'a', models: ['openai/gpt-5'] }, 404, 'models[0]'],
  [{ prompt: 'a', models: ['fake/a', { model: 'fake/nope' }] }, 404, 'models[1]'],
  [{ prompt: 'a', models: [{ samples: 2 }] }, 400, 'models[0].model'],
  [{ prompt: 'a', models: [{ model: 'fake/a', apiKey: 'x' }] }, 400, 'models[0]'],
  [{ prompt: 'a', models: [{ model: 'fake/a', samples: 9 }] }, 400, 'models[0].samples'],
  [{ prompt: 'a', models: Array.from({ length: 25 }, () => 'fake/a') }, 400, 'models'],
  [{ prompt: 'a', samples: 9 }, 400, 'samples'],
  [{ prompt: 'a', samples: 1.5 }, 400, 'samples'],
  [{ prompt: 'a', maxOutputTokens: 40_000 }, 400, 'maxOutputTokens'],
  [{ prompt: 'a', fuser: { model: 'fake/a', maxOutputTokens: 40_000 } }, 400, 'fuser.maxOutputTokens'],
  [{ prompt: 'a', fuser: 'fake/none' }, 404, 'fuser'],
  [{ prompt: 'a', ranker: './models' }, 404, 'ranker'],
  [{ prompt: 'a', ranker: { judge: 'openai/gpt-5' } }, 404, 'ranker.judge'],
  [{ prompt: 'a', ranker: 'judge-list:fake/a' }, 400, 'ranker'],
  [{ prompt: 'a', ranker: 'cascade:judge:fake/a' }, 400, 'ranker'],
  [{ prompt: 'a', checkRanker: 'pairrm:int8' }, 404, 'checkRanker'],
  [{ prompt: 'a', strategy: 'toString' }, 400, 'strategy'],
  [{ prompt: 'a', fusionPrompt: 'evil' }, 400, 'fusionPrompt'],
  [{ prompt: 'a', patienceMs: 5 }, 400, 'patienceMs'],
  [{ prompt: 'a', timeoutMs: 0 }, 400, 'timeoutMs'],
  [{ prompt: 'a', maxCalls: 11 }, 400, 'maxCalls'],
  [{ prompt: 'a', totalTimeoutMs: 5001 }, 400, 'totalTimeoutMs'],
  [{ prompt: 'a', schema: [] }, 400, 'schema'],
  [{ prompt: 'a', providerOptions: { openai: {} } }, 400, null],
  [{ prompt: 'a', blends: {} }, 400, null],
  [{ prompt: 'a', temprature: 1 }, 400, null],
  [{ prompt: 'a', start: 'dance' }, 400, 'start'],
  [{ prompt: 'a', keepOpen: 'no' }, 400, 'keepOpen'],
];

test('what is wrong with a start is named, and nothing is asked or kept', async () => {
  const [a, b] = [saying('a', 'short'), saying('b', 'longer')];
  const server = await startFake({ models: [a, b], maxCalls: 10, totalTimeoutMs: 5000 });
  for (const [given, status, param] of MISTAKES) {
    const response = await post(server, '/v1/blends', given);
    const { error } = (await response.json()) as { error?: { param: string | null; message: string } };
    const shown = JSON.stringify(given).slice(0, 80);
    expect([shown, response.status, error?.param]).toEqual([shown, status, param]);
    expect(error?.message.length).toBeLessThan(1000);
  }
  expect([a.calls.length, b.calls.length, server.running]).toEqual([0, 0, 0]);
  expect(await body<object>(await fetch(`${server.url}/v1/blends`))).toMatchObject({ data: [] });
});

test('an unknown field is answered with the one that is meant', async () => {
  const server = await startFake();
  const response = await post(server, '/v1/blends', { prompt: 'a', temprature: 1 });
  expect(await response.json()).toMatchObject({
    error: { message: expect.stringContaining('there is no field "temprature". Did you mean temperature?') },
  });
});

test('null stands for nothing', async () => {
  const server = await startFake();
  const nothing = { models: null, samples: null, temperature: null, ranker: null, schema: null, keepOpen: null };
  expect((await post(server, '/v1/blends', { prompt: 'a', ...nothing })).status).toBe(201);
});

test('a client may ask for less than the blend allows', async () => {
  const server = await startFake({ maxCalls: 10 });
  expect((await post(server, '/v1/blends', { prompt: 'a', maxCalls: 1 })).status).toBe(201);
});

test.each([
  'blend_',
  '__proto__',
  'constructor',
  'blend_%00',
  '..%2F..%2Fetc%2Fpasswd',
  'x'.repeat(5000),
  '%F0%9F%8E%89',
  'blend_AAAAAAAAAAAAAAAAAAAAAA',
])('the id %s is none', async (id) => {
  const server = await startFake();
  for (const path of ['', '/parts', '/recording', '/configuration']) {
    const response = await fetch(`${server.url}/v1/blends/${id}${path}`);
    expect([path, response.status]).toEqual([path, 404]);
    const answer = await response.text();
    expect(JSON.parse(answer)).toHaveProperty('error.message');
    expect(answer.length).toBeLessThan(1000);
  }
});

test('what a reader has must be the number of a part', async () => {
  const server = await startFake({ models: [saying('a', 'x')], fusion: false });
  const blend = await startBlend(server, { start: 'none' });
  for (const after of ['', '-1', '1.5', 'abc', '1e3', '9'.repeat(400), '99', 'NaN', '0x1']) {
    const response = await fetch(`${server.url}/v1/blends/${blend.id}/parts?after=${after}`);
    expect([after, response.status]).toEqual([after, 400]);
    expect(await response.json()).toMatchObject({ error: { param: 'after' } });
    const headers = { 'last-event-id': after };
    expect((await fetch(`${server.url}/v1/blends/${blend.id}/parts`, { headers })).status).toBe(400);
  }
});

test('bodies that are too long or no JSON are refused on every route', async () => {
  const server = await startFake({}, { limits: { bodyBytes: 1000 } });
  const blend = await startBlend(server, { start: 'none' });
  const paths = ['', '/estimate', '/configuration', `/${blend.id}/actions`, `/${blend.id}/estimate`];
  for (const path of paths) {
    const send = (given: string) => fetch(`${server.url}/v1/blends${path}`, { method: 'POST', body: given });
    expect([path, (await send('{')).status, (await send('[]')).status, (await send('')).status]).toEqual([
      path,
      400,
      400,
      400,
    ]);
    expect([path, (await send(JSON.stringify({ prompt: 'x'.repeat(2000) }))).status]).toEqual([path, 413]);
    const nested = `{"prompt":${'['.repeat(400)}${']'.repeat(400)}}`;
    expect([path, (await send(nested)).status]).toEqual([path, 400]);
  }
  expect(server.running).toBe(0);
});

describe('choices', () => {
  test('are what sessions can be made of', async () => {
    const [a, b, writer] = [saying('a', 'x'), saying('b', 'y'), saying('writer', 'z')];
    const server = await startFake(
      { models: [{ model: a, temperature: 0.5 }, b], fuser: writer, topK: 2 },
      {
        env: { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: 'sk-ant-a-real-key' },
        config: {
          blends: {
            far: { models: ['openai/gpt-5', 'anthropic/claude-x', 'local/gemma-7b-it'], ranker: 'judge:openai/judge' },
          },
          rankers: { strict: { judge: 'anthropic/claude-judge' } },
        },
      },
    );
    const response = await fetch(`${server.url}/v1/blends/choices`);
    const shown = await response.text();
    expect(shown).not.toContain('sk-ant');
    expect(JSON.parse(shown)).toMatchObject({
      object: 'blend.choices',
      blends: [
        {
          name: 'mine',
          isDefault: true,
          models: [{ model: 'fake/a', temperature: 0.5 }, { model: 'fake/b' }],
          settings: { topK: 2, fuser: 'fake/writer' },
        },
        { name: 'far', isDefault: false, settings: { ranker: 'judge:openai/judge' } },
      ],
      models: [
        { id: 'fake/a', roles: ['member', 'fuser', 'judge'], status: 'ready', settings: { temperature: 0.5 } },
        { id: 'fake/b' },
        { id: 'openai/gpt-5', provider: 'openai', status: 'missing-key', keyVariables: ['OPENAI_API_KEY'] },
        { id: 'anthropic/claude-x', status: 'ready' },
        { id: 'local/gemma-7b-it', status: 'not-downloaded', download: { bytes: expect.any(Number) } },
        { id: 'fake/writer', roles: ['fuser'] },
        { id: 'openai/judge', roles: ['judge'], status: 'missing-key' },
        { id: 'anthropic/claude-judge', roles: ['judge'] },
      ],
      rankers: [
        { name: 'default', ranker: 'fake', status: 'ready' },
        { name: 'small', status: 'ready' },
        { name: 'embedded' },
        { name: 'strict', ranker: 'judge:anthropic/claude-judge', status: 'ready' },
        { name: 'judge:openai/judge', status: 'missing-key' },
      ],
      names: { strategies: { full: expect.any(String) }, fusionPrompts: { paper: expect.any(String) } },
      actions: expect.arrayContaining(['run', 'fuse']),
      limits: { members: 24, samples: 8, graceMs: 30_000 },
    });
  });

  test('each model and ranker that is offered is taken', async () => {
    const server = await startFake({}, { config: { rankers: { strict: longer } } });
    const { models, fusers, rankers } = await body<{
      models: readonly { id: string; roles: readonly string[] }[];
      fusers: readonly string[];
      rankers: readonly { name: string }[];
    }>(await fetch(`${server.url}/v1/blends/choices`));
    const taken = [
      ...models.filter(({ roles }) => roles.includes('member')).map(({ id }) => ({ models: [id] })),
      ...models.filter(({ roles }) => roles.includes('judge')).map(({ id }) => ({ ranker: `judge:${id}` })),
      ...fusers.map((fuser) => ({ fuser })),
      ...rankers.map(({ name }) => ({ ranker: name })),
    ];
    expect(taken).toHaveLength(2 + 2 + 3 + 4);
    for (const settings of taken) {
      expect(await startBlend(server, { ...settings, start: 'none' })).toMatchObject({ status: 'idle' });
    }
  });
});

describe('a team as configuration', () => {
  const blends = {
    local: {
      models: ['local/smollm2-135m-instruct', { model: 'ollama/gemma3', temperature: 0.5 }],
      fuser: 'ollama/gemma3',
      maxOutputTokens: 64,
    },
  } satisfies BlenderConfig['blends'];

  async function read(yaml: string): Promise<BlenderConfig> {
    const folder = await mkdtemp(join(tmpdir(), 'team-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'blender.config.yaml');
    await writeFile(file, yaml);
    return loadConfig({ file, env: {} });
  }

  test('is read as one, and is what was asked for', async () => {
    const server = await startFake({}, { config: { blends } });
    const team = {
      blend: 'local',
      name: 'cheap',
      models: [{ model: 'ollama/gemma3', samples: 2 }, 'local/smollm2-135m-instruct'],
      ranker: { judge: 'ollama/gemma3', maxRetries: 1 },
      topK: 2,
      analysis: true,
      stopSequences: ['"\n', ': #'],
      system: 'Be brief: always.',
    };
    const response = await post(server, '/v1/blends/configuration', team);
    expect(response.headers.get('content-type')).toContain('application/yaml');
    const config = await read(await response.text());
    expect(config).toEqual({
      blends: {
        cheap: {
          models: [{ model: 'ollama/gemma3', temperature: 0.5, samples: 2 }, 'local/smollm2-135m-instruct'],
          ranker: { judge: 'ollama/gemma3', maxRetries: 1 },
          fuser: 'ollama/gemma3',
          topK: 2,
          analysis: true,
          stopSequences: ['"\n', ': #'],
          system: 'Be brief: always.',
        },
      },
    });
    await using blender = createBlender(config);
    expect(blender.blenderModel({ blend: 'cheap' }).members).toHaveLength(2);
    const json = await post(server, '/v1/blends/configuration', team, { headers: { accept: 'application/json' } });
    expect(await json.json()).toEqual(config);
    expect((await post(server, '/v1/blends/configuration', { ...team, name: 'a/b' })).status).toBe(400);
  });

  test('is that of a session with what was changed in it, also when it has ended', async () => {
    const server = await startFake({}, { config: { blends } });
    const blend = await startBlend(server, { blend: 'local', start: 'none', prompt: 'A private question?' });
    await post(server, `/v1/blends/${blend.id}/actions`, { type: 'add', member: { model: 'ollama/gemma3', seed: 7 } });
    await post(server, `/v1/blends/${blend.id}/actions`, { type: 'remove', id: 'm1' });
    await post(server, `/v1/blends/${blend.id}/close`, {});
    const written = await (await fetch(`${server.url}/v1/blends/${blend.id}/configuration?name=mine`)).text();
    expect(written).not.toContain('private');
    expect(await read(written)).toMatchObject({
      blends: {
        mine: {
          models: [
            { model: 'ollama/gemma3', temperature: 0.5 },
            { model: 'ollama/gemma3', temperature: 0.5, seed: 7 },
          ],
          fuser: 'ollama/gemma3',
          maxOutputTokens: 64,
        },
      },
    });
    expect((await fetch(`${server.url}/v1/blends/${blend.id}/configuration?name=a:b`)).status).toBe(400);
  });

  test('says what cannot be written', async () => {
    const server = await startFake();
    const written = await (await post(server, '/v1/blends/configuration', {})).text();
    expect(written).toContain('# ranker is an object');
    expect(written).toContain('- fake/a\n');
  });
});
