import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '..');
const FAKES = pathToFileURL(join(SOURCE, 'test/index.ts')).href;

/** Loads a file in a process of its own, where Node runs it and not the tests' own loader. */
async function load(name: string, text: string, env: Record<string, string> = {}): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  const script = `
    import { loadConfig } from '${pathToFileURL(join(SOURCE, 'config/index.ts')).href}';
    const show = (_, value) => (typeof value === 'function' || typeof value?.specificationVersion === 'string' ? 'object' : value);
    console.log(JSON.stringify(await loadConfig().catch(({ problems }) => ({ problems })), show));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env,
  });
  return JSON.parse(stdout);
}

const config = { models: { fast: { model: 'google/gemini-2.5-flash', temperature: 0.2 } }, defaults: { timeoutMs: 1 } };
const typescript = `
import type { BlenderConfig } from 'llm-blender';
interface Unused { readonly gone: true }
export default ${JSON.stringify(config)} satisfies BlenderConfig;`;

test.each([
  ['blender.config.ts', typescript],
  ['blender.config.mts', typescript],
  ['blender.config.js', `export default ${JSON.stringify(config)};`],
])('%s is run as it is', async (name, text) => {
  expect(await load(name, text)).toEqual(config);
});

test('a file in TypeScript may hold models, rankers, fusers and functions', async () => {
  const text = `
    import { FakeFuser, FakeLanguageModel, FakePairRanker } from '${FAKES}';
    const model = new FakeLanguageModel({});
    export default {
      models: { mine: { model, temperature: 1 } },
      rankers: { own: new FakePairRanker() },
      blends: { b: { models: [model, { model }, 'mine'], fuser: new FakeFuser(), ranker: 'own', aggregation: () => [] } },
      defaults: { fuser: { model }, ranker: new FakePairRanker() },
    };`;
  expect(await load('blender.config.ts', text)).toEqual({
    models: { mine: { model: 'object', temperature: 1 } },
    rankers: { own: 'object' },
    blends: {
      b: { models: ['object', { model: 'object' }, 'mine'], fuser: 'object', ranker: 'own', aggregation: 'object' },
    },
    defaults: { fuser: { model: 'object' }, ranker: 'object' },
  });
});

test('a key that a program takes from the environment is not in its file', async () => {
  const text = "export default { providers: { a: { headers: { 'x-api-key': process.env.LAB_KEY } } } };";
  expect(await load('blender.config.ts', text, { LAB_KEY: 'sk-abcdef0123456789' })).toEqual({
    providers: { a: { headers: { 'x-api-key': 'sk-abcdef0123456789' } } },
  });
});

test.each([
  ['export default {\n  models: { a: b b } };', /^it does not run: Expected/, 2],
  ['export const config = {};', /^it has no default export; end it with `export default { … };`\.$/],
  ['enum Kind { one }\nexport default {};', /^it does not run: .*enum/, 1],
  ["throw new Error('the key sk-abcdefghijklmnop is bad');", /^it does not run: the key \[redacted\] is bad$/, 1],
])('%j is reported as what is wrong with the file', async (text, message, line?: number) => {
  expect(await load('blender.config.ts', text)).toEqual({
    problems: [{ path: '', message: expect.stringMatching(message), ...(line === undefined ? {} : { line }) }],
  });
});
