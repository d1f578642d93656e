import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InvalidConfigError } from '../error/index.ts';
import { loadConfig } from './load-config.ts';

/** A folder with files in it, by path. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** What is reported about a file, without its path. */
async function problemsOf(name: string, text: string): Promise<readonly string[]> {
  const folder = await folderWith({ [name]: text });
  const error: unknown = await loadConfig({ cwd: folder, env: {} }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidConfigError);
  const [first = '', ...problems] = String((error as Error).message).split('\n');
  expect(first).toBe(`${join(folder, name)} cannot be used:`);
  return problems.map((line) => line.replace(/^ {2}- /, ''));
}

const written = {
  models: { fast: { model: 'google/gemini-2.5-flash', temperature: 0.2 }, big: 'openai/gpt-5' },
  rankers: { strict: 'judge:big' },
  blends: { quick: { models: ['fast', { model: 'big', samples: 2 }], ranker: 'cascade:strict', topK: 2 } },
  providers: { lab: { baseURL: 'http://127.0.0.1:8000/v1', apiKeyEnv: 'LAB_KEY', headers: { 'x-team': 'red' } } },
  limits: { lab: { concurrency: 2 } },
  defaults: { blend: 'quick', timeoutMs: 30_000 },
};

const yaml = `
# A comment.
models:
  fast: { model: google/gemini-2.5-flash, temperature: 0.2 }
  big: openai/gpt-5
rankers:
  strict: judge:big
blends:
  quick:
    models:
      - fast
      - { model: big, samples: 2 }
    ranker: cascade:strict
    topK: 2
providers:
  lab: { baseURL: 'http://127.0.0.1:8000/v1', apiKeyEnv: LAB_KEY, headers: { x-team: red } }
limits:
  lab: { concurrency: 2 }
defaults: { blend: quick, timeoutMs: 30000 }
`;

test.each([
  ['blender.config.json', JSON.stringify(written)],
  ['blender.config.json', `\uFEFF${JSON.stringify({ $schema: './schema.json', ...written }, undefined, '\t')}`],
  ['blender.config.yaml', yaml],
  ['blender.config.yml', JSON.stringify(written)],
])('%s is read as what it says', async (name, text) => {
  const cwd = await folderWith({ [name]: text });
  const { $schema: _, ...config } = await loadConfig({ cwd, env: {} });
  expect(config).toEqual(written);
});

test('the nearest file above is taken, a named one before it, and none is no error', async () => {
  const one = await folderWith({
    'blender.config.yaml': 'defaults: { timeoutMs: 1 }',
    'inner/blender.config.json': '{ "defaults": { "timeoutMs": 2 } }',
    'inner/deep/er/empty.txt': '',
    'other/named.yml': 'defaults: { timeoutMs: 3 }',
  });
  const timeout = async (options: Parameters<typeof loadConfig>[0]) =>
    (await loadConfig({ env: {}, ...options })).defaults?.timeoutMs;
  expect(await timeout({ cwd: one })).toBe(1);
  expect(await timeout({ cwd: join(one, 'other') })).toBe(1);
  expect(await timeout({ cwd: join(one, 'inner/deep/er') })).toBe(2);
  expect(await timeout({ cwd: join(one, 'inner'), file: '../other/named.yml' })).toBe(3);
  expect(await timeout({ cwd: join(one, 'inner'), env: { LLM_BLENDER_CONFIG: '../other/named.yml' } })).toBe(3);
  expect(await timeout({ cwd: one, file: 'inner/blender.config.json', env: { LLM_BLENDER_CONFIG: 'x' } })).toBe(2);
  expect(await loadConfig({ cwd: await folderWith({}), env: { LLM_BLENDER_CONFIG: '' } })).toEqual({});
  expect(await loadConfig({ cwd: await folderWith({ 'blender.config.yaml': '# nothing yet' }), env: {} })).toEqual({});
});

test('relative paths are meant from the folder of the file', async () => {
  const cwd = await folderWith({
    'blender.config.yaml': `
models: { own: local/./a.gguf, far: { model: local/../b.gguf } }
rankers: { mine: ./ranker, quarter: './ranker:int8', published: 'pairrm:int8' }
blends: { b: { models: [local/./a.gguf, openai/gpt-5], ranker: 'cascade:judge:local/./a.gguf', fuser: { model: local/./a.gguf }, system: ./x } }
defaults: { ranker: 'cascade:./ranker' }`,
    'inner/file.txt': '',
  });
  expect(await loadConfig({ cwd: join(cwd, 'inner'), env: {} })).toEqual({
    models: { own: `local/${cwd}/a.gguf`, far: { model: `local/${dirname(cwd)}/b.gguf` } },
    rankers: { mine: `${cwd}/ranker`, quarter: `${cwd}/ranker:int8`, published: 'pairrm:int8' },
    blends: {
      b: {
        models: [`local/${cwd}/a.gguf`, 'openai/gpt-5'],
        ranker: `cascade:judge:local/${cwd}/a.gguf`,
        fuser: { model: `local/${cwd}/a.gguf` },
        system: './x',
      },
    },
    defaults: { ranker: `cascade:${cwd}/ranker` },
  });
});

test('only a cross-encoder can be brought to 8 bits', async () => {
  expect(await problemsOf('blender.config.yaml', `rankers: { tiny: 'small:int8' }`)).toEqual([
    'line 1: rankers.tiny is "small:int8": no ranker has this name; a folder is written ./small. There are: pairrm.',
  ]);
});

test('all mistakes are reported at once, each with its line, path and value', async () => {
  const text = `
modles: {}
models:
  fast: { model: google/gemini-2.5-flash, temperatur: 1, topP: 2 }
  again: fast
  "a/b": openai/gpt-5
rankers:
  strict: judje:openai/gpt-5
blends:
  quick:
    models: [fats, 3, { model: fast, samples: two }, '']
    ranker: smal
    strategy: quick
    aggregation: sum
  none: { models: [] }
  nothing: {}
providers:
  lab: { baseURL: lab.example, apiKeyEnv: my-secret-key-value, api: rest }
limits:
  lab: { concurrency: 0.5 }
defaults: { blend: qick, samples: 3, confidence: 0 }
memory:
`;
  expect(await problemsOf('blender.config.yaml', text)).toMatchInlineSnapshot(`
    [
      "line 2: modles is {}: there is no such option. Did you mean models?",
      "line 4: models.fast.topP is 2: expected number to be <=1.",
      "line 4: models.fast.temperatur is 1: there is no such option. Did you mean temperature?",
      "line 5: models.again is "fast": expected provider/model.",
      "line 6: models.a/b is "openai/gpt-5": a name has no slash, colon or space.",
      "line 8: rankers.strict is "judje:openai/gpt-5": expected judge:MODEL, judge-list:MODEL or cascade:RANKER before a colon.",
      "line 11: blends.quick.models[1] is 3: expected provider/model, or an object with \`model\` and its settings.",
      "line 11: blends.quick.models[2].samples is "two": expected number.",
      "line 11: blends.quick.models[3] is "": expected string to have >=1 characters.",
      "line 11: blends.quick.models[0] is "fats": expected provider/model, or a name of models. Did you mean fast?",
      "line 12: blends.quick.ranker is "smal": no ranker has this name; a folder is written ./smal. Did you mean small?",
      "line 13: blends.quick.strategy is "quick": expected one of: full, bubble, sort, adaptive.",
      "line 14: blends.quick.aggregation is "sum": expected one of: max-logits, max-wins, least-squares, expected-logits, bradley-terry, borda.",
      "line 15: blends.none.models is []: expected array to have >=1 items.",
      "line 16: blends.nothing.models is missing: expected array.",
      "line 18: providers.lab.api is "rest": expected one of: openai-compatible, openai, anthropic, google, mistral, groq, openrouter, gateway.",
      "line 18: providers.lab.baseURL is "lab.example": expected an address such as http://127.0.0.1:8000/v1.",
      "line 18: providers.lab.apiKeyEnv: expected the name of an environment variable, never the key itself.",
      "line 20: limits.lab.concurrency is 0.5: expected int.",
      "line 21: defaults.confidence is 0: expected number to be >0.",
      "line 21: defaults.samples is 3: there is no such option. There are: blend, ranker, strategy, aggregation, confidence, maxPairs, orders, fuser, fusion, fusionPrompt, showRanks, showScores, analysis, contextTokens, checkRanker, timeoutMs, totalTimeoutMs, maxCalls, maxCost, maxRetries, quorum, patienceMs, fast, stream.",
      "line 21: defaults.blend is "qick": no blend has this name. Did you mean quick?",
      "line 22: memory is null: there is no such option. There are: $schema, blends, models, rankers, providers, prices, cache, limits, defaults, server.",
    ]
  `);
});

test('a key in the file is refused wherever it stands, and never shown', async () => {
  const key = 'abcdef0123456789abcdef0123456789';
  const text = JSON.stringify({
    models: { one: { model: 'openai/gpt-5', providerOptions: { openai: { note: `sk-${key}` } } } },
    providers: {
      a: { apiKey: key },
      b: { apiKeyEnv: `sk-${key}` },
      c: { headers: { Authorization: `Bearer ${key}`, 'x-api-key': key, 'x-team': 'red' } },
      d: { baseURL: `http://user:${key}@127.0.0.1/v1` },
      e: { baseURL: `http://127.0.0.1/v1?key=${key}` },
      f: key,
      [`sk-${key}`]: {},
    },
    [`sk-${key}`]: 1,
  });
  const problems = await problemsOf('blender.config.json', text);
  expect(problems.join('\n')).not.toContain(key);
  expect(problems).toMatchInlineSnapshot(`
    [
      "line 1: providers.a.apiKey: keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.",
      "line 1: providers.b.apiKeyEnv: expected the name of an environment variable, never the key itself.",
      "line 1: providers.f: expected object.",
      "line 1: [redacted] is 1: there is no such option. There are: $schema, blends, models, rankers, providers, prices, cache, limits, defaults, server.",
      "line 1: models.one.providerOptions.openai.note is "[redacted]": this looks like a key, and keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.",
      "line 1: providers.b.apiKeyEnv: this looks like a key, and keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.",
      "line 1: providers.c.headers.Authorization: a header with a key does not belong here: name the variable of the key in apiKeyEnv, or take the header from process.env in a file in TypeScript.",
      "line 1: providers.c.headers.x-api-key: a header with a key does not belong here: name the variable of the key in apiKeyEnv, or take the header from process.env in a file in TypeScript.",
      "line 1: providers.d.baseURL is "http://[redacted]@127.0.0.1/v1": this looks like a key, and keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.",
      "line 1: providers.e.baseURL is "http://127.0.0.1/v1?key=[redacted]": this looks like a key, and keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.",
    ]
  `);
});

test.each([
  [
    'json',
    '{ "models": { "a": "b/c", } }',
    'it is not JSON: Expected double-quoted property name in JSON at position 26 (line 1 column 27).',
  ],
  ['json', '{ "key": abcdefghijklmnop }', "it is not JSON: Unexpected token 'a' is not valid JSON."],
  ['json', '{ "models": {},\n "models": {} }', 'line 2: Map keys must be unique.'],
  ['json', '', 'it is not JSON: Unexpected end of JSON input.'],
  ['json', '[]', 'line 1: []: expected object.'],
  ['yaml', 'models:\n  a: b/c\n\tb: c/d', 'line 3: Tabs are not allowed as indentation.'],
  ['yaml', 'models: *none', 'Unresolved alias (the anchor must be set before the alias): none.'],
  ['yaml', 'just words', 'line 1: "just words": expected object.'],
])('%s that cannot be read: %j', async (extension, text, problem) => {
  expect(await problemsOf(`blender.config.${extension}`, text)).toEqual([problem]);
});

test('two files in one folder, a missing one and one of another kind are refused', async () => {
  const folder = await folderWith({ 'blender.config.json': '{}', 'blender.config.yaml': '', 'blender.toml': '' });
  await expect(loadConfig({ cwd: folder, env: {} })).rejects.toThrow(
    `blender.config.json cannot be used:\n  - there is also ${join(folder, 'blender.config.yaml')}; keep one of them.`,
  );
  await expect(loadConfig({ cwd: folder, file: 'none.json' })).rejects.toThrow(
    'none.json cannot be used:\n  - there is no such file.',
  );
  await expect(loadConfig({ cwd: folder, file: '.' })).rejects.toThrow('it cannot be read (EISDIR)');
  await expect(loadConfig({ cwd: folder, file: 'blender.toml' })).rejects.toThrow('expected a file that ends in .ts');
});
