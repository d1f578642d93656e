import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import stringWidth from 'string-width';
import { expect, onTestFinished, test } from 'vitest';
import { ReplayServer } from '../../../test/wire/replay-server.ts';
import { fixture } from '../../../test/wire/reply.ts';
import { runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';

const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** A cache of its own, which holds a file that only looks like the embedded model, where asked for. */
async function cache({ withModel = true } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'cli-models-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  if (withModel) {
    await writeFile(join(directory, FILE), 'GGUF');
    await truncate(join(directory, FILE), 98_362_432);
  }
  const nobody = 'http://127.0.0.1:3';
  const addresses = { HF_ENDPOINT: nobody, OLLAMA_HOST: nobody, LMSTUDIO_BASE_URL: nobody };
  return { directory, env: { LLM_BLENDER_CACHE: directory, HF_HOME: directory, ...addresses, PATH: '' } };
}

test('list: name, state, size, licence and path', async () => {
  const { directory, env } = await cache();
  await writeFile(join(directory, 'mine.gguf'), 'GGUF');
  const { exitCode, stdout, stderr } = await runInProcess(['models', 'list'], { env });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.replaceAll(directory, 'CACHE')).toMatchInlineSnapshot(`
    "name                   state      size  licence             path
    smollm2-135m-instruct  cached  98.4 MB  Apache-2.0          CACHE/SmolLM2-135M-Instruct.Q4_1.gguf
    qwen2.5-1.5b-instruct  absent   1.1 GB  Apache-2.0          -
    gemma-2b-it            absent   1.6 GB  Gemma Terms of Use  -
    gemma-7b-it            absent   5.0 GB  Gemma Terms of Use  -
    pairrm                 absent   1.7 GB  MIT                 -
    mine.gguf              cached   0.0 kB  -                   CACHE/mine.gguf

    provider    key                          serves
    google      missing: GEMINI_API_KEY      -
    openai      missing: OPENAI_API_KEY      -
    anthropic   missing: ANTHROPIC_API_KEY   -
    mistral     missing: MISTRAL_API_KEY     -
    groq        missing: GROQ_API_KEY        -
    openrouter  missing: OPENROUTER_API_KEY  -
    gateway     missing: AI_GATEWAY_API_KEY  -
    ollama      none needed                  it cannot be reached (ECONNREFUSED)
    lmstudio    none needed                  it cannot be reached (ECONNREFUSED)
    "
  `);
  const listed = JSON.parse((await runInProcess(['models', 'list', '--json'], { env })).stdout);
  expect(listed[0]).toMatchObject({
    name: 'smollm2-135m-instruct',
    state: 'cached',
    bytes: 98_362_432,
    path: join(directory, FILE),
  });
  const weights = listed.filter(({ type }: { type: string }) => type === 'weights');
  expect(weights.at(-1)).toMatchObject({ name: 'mine.gguf', licence: null });
});

test('list: providers, where their keys come from, and what they serve', async () => {
  await using ollamaServer = await ReplayServer.start(fixture('ollama/tags'));
  await using openai = await ReplayServer.start(fixture('openai/401'));
  const { env: common } = await cache();
  const env = {
    ...common,
    OLLAMA_HOST: ollamaServer.url,
    OPENAI_BASE_URL: `${openai.url}/v1`,
    OPENAI_API_KEY: 'not-a-real-key-8d41',
  };
  const { exitCode, stdout } = await runInProcess(['models', 'list'], { env });
  expect([exitCode, stdout.slice(stdout.indexOf('\n\n') + 2)]).toMatchInlineSnapshot(`
    [
      0,
      "provider    key                          serves
    google      missing: GEMINI_API_KEY      -
    openai      OPENAI_API_KEY               it answers 401: Incorrect API key provided: not-a-re********-key. You can find your API key at https://platform.openai.com/account/api-keys
    anthropic   missing: ANTHROPIC_API_KEY   -
    mistral     missing: MISTRAL_API_KEY     -
    groq        missing: GROQ_API_KEY        -
    openrouter  missing: OPENROUTER_API_KEY  -
    gateway     missing: AI_GATEWAY_API_KEY  -
    ollama      none needed                  2: gemma3:4b, llama3.2
    lmstudio    none needed                  it cannot be reached (ECONNREFUSED)
    ",
    ]
  `);
  const json = await runInProcess(['models', 'list', '--json'], { env });
  const ollama = JSON.parse(json.stdout).find(({ name }: { name: string }) => name === 'ollama');
  expect(ollama).toMatchInlineSnapshot(
    { baseURL: expect.stringMatching(/^http:/) },
    `
    {
      "api": "openai-compatible",
      "baseURL": StringMatching /\\^http:/,
      "isInstalled": true,
      "keyVariable": null,
      "keyVariables": [
        "OLLAMA_API_KEY",
      ],
      "models": [
        "ollama/gemma3:4b",
        "ollama/llama3.2",
      ],
      "name": "ollama",
      "needsKey": false,
      "package": null,
      "problem": null,
      "type": "provider",
    }
  `,
  );
  expect(stdout + json.stdout).not.toContain(env.OPENAI_API_KEY);
});

test('list: a provider of the configuration', async () => {
  await using server = await ReplayServer.start(fixture('ollama/tags'));
  const { directory, env } = await cache();
  const file = join(directory, 'own.yaml');
  await writeFile(
    file,
    `providers: { ollama: { baseURL: "${server.url}/v1" }, lab: { baseURL: "http://127.0.0.1:1" } }`,
  );
  const argv = ['models', 'list', '--config', file];
  expect((await runInProcess([...argv, '--json'], { env })).stdout).toContain('"name":"lab"');
  expect((await runInProcess([...argv, 'ollama'], { env })).stdout).toBe('ollama/gemma3:4b\nollama/llama3.2\n');
  expect(await runInProcess([...argv, '--no-config', 'lab'], { env })).toMatchObject({ exitCode: 2 });
});

test('list PROVIDER: the names of its models and nothing else, or a sentence', async () => {
  await using server = await ReplayServer.start(fixture('ollama/tags'));
  const { env: common } = await cache();
  const env = { ...common, OLLAMA_HOST: server.url };
  expect(await runInProcess(['models', 'list', 'ollama'], { env })).toEqual({
    exitCode: 0,
    stdout: 'ollama/gemma3:4b\nollama/llama3.2\n',
    stderr: '',
  });
  expect(await runInProcess(['models', 'list', 'google'], { env })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('google needs a key: set the environment variable GEMINI_API_KEY'),
  });
  expect(await runInProcess(['models', 'list', 'lmstudio'], { env })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('lmstudio does not say what it serves: '),
  });
  expect(await runInProcess(['models', 'list', 'nobody'], { env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Unknown provider "nobody": expected one of google, openai,'),
  });
});

test('list: on a terminal it fits', async () => {
  const { env } = await cache();
  for (const columns of [10, 30, 40, 60, 80, 120]) {
    const { stdout } = await runInProcess(['models', 'list'], {
      env,
      stdout: new StringOutput({ isTTY: true, columns }),
    });
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  }
});

test('a file in the folder of the user is found', async () => {
  const { directory } = await cache();
  const { env } = await cache({ withModel: false });
  const { stdout } = await runInProcess(['models', 'list'], { env: { ...env, LLM_BLENDER_MODELS: directory } });
  expect(stdout).toMatch(/smollm2-135m-instruct +own file/);
});

test('path: the path and nothing else, or a sentence and exit code 1', async () => {
  const { directory, env } = await cache();
  for (const name of ['smollm2-135m-instruct', 'local/smollm2-135m-instruct']) {
    expect(await runInProcess(['models', 'path', name], { env })).toEqual({
      exitCode: 0,
      stdout: `${join(directory, FILE)}\n`,
      stderr: '',
    });
  }
  expect(await runInProcess(['models', 'path', 'gemma-2b-it'], { env })).toMatchInlineSnapshot(`
    {
      "exitCode": 1,
      "stderr": "error: The weights of gemma-2b-it are not on this machine. Fetch them with: llm-blender models fetch gemma-2b-it
    ",
      "stdout": "",
    }
  `);
});

test('fetch: what is there is not fetched again; a name that does not exist is reported before anything is fetched', async () => {
  const { env } = await cache({ withModel: false });
  expect(await runInProcess(['models', 'fetch', 'gemma-2b-it', 'no-such-model'], { env })).toMatchInlineSnapshot(`
    {
      "exitCode": 2,
      "stderr": "error: Unknown model "local/no-such-model". Known names: local/smollm2-135m-instruct, local/qwen2.5-1.5b-instruct, local/gemma-2b-it, local/gemma-7b-it. A file is written local/PATH.gguf, one on Hugging Face local/hf:OWNER/REPO/FILE.gguf.
    ",
      "stdout": "",
    }
  `);
});

test('fetch: where no source can be reached each is reported, with suggestions', async () => {
  const { directory, env } = await cache({ withModel: false });
  const { exitCode, stdout, stderr } = await runInProcess(['models', 'fetch', 'smollm2-135m-instruct'], { env });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^local\/smollm2-135m-instruct: fetching weights from Hugging Face/);
  expect(stderr).toMatch(
    /\nerror: The weights of local\/smollm2-135m-instruct are not available from any source\.\nTried:\n/,
  );
  expect((await readdir(directory)).filter((name) => name.endsWith('.gguf'))).toEqual([]);
});

test('remove: the file goes, the freed size is reported, and a second time there is nothing', async () => {
  const { directory, env } = await cache();
  const argv = ['models', 'remove', 'smollm2-135m-instruct'];
  const first = await runInProcess(argv, { env });
  expect(first).toEqual({ exitCode: 0, stdout: '', stderr: 'local/smollm2-135m-instruct: removed, 98.4 MB freed\n' });
  expect(await readdir(directory)).toEqual([]);
  expect((await runInProcess(argv, { env })).stderr).toBe('local/smollm2-135m-instruct: there was nothing to remove\n');
});

test('a file that Python has downloaded is listed and used, and never removed', async () => {
  const { directory, env } = await cache({ withModel: false });
  const commit = 'ab810cf68114990406fdf996510dd3d3c6adbdf5';
  const repository = join(directory, 'hub', 'models--QuantFactory--SmolLM2-135M-Instruct-GGUF');
  const path = join(repository, 'snapshots', commit, FILE);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'GGUF');
  await truncate(path, 98_362_432);
  expect(await runInProcess(['models', 'path', 'smollm2-135m-instruct'], { env })).toMatchObject({
    exitCode: 0,
    stdout: `${path}\n`,
  });
  const removed = await runInProcess(['models', 'remove', 'smollm2-135m-instruct'], { env });
  expect(removed).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `local/smollm2-135m-instruct: left ${path}, which was not downloaded by llm-blender or is in use elsewhere\n`,
  });
  expect((await stat(path)).size).toBe(98_362_432);
});
