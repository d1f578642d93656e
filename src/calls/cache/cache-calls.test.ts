import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateText } from 'ai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askModel } from '../../../test/calls/ask-model.ts';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { CallCache } from './call-cache.ts';
import { CallPolicies } from '../call-policies.ts';
import { CallStore } from './call-store.ts';
import { loadSqlite } from '../../util/open-sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-blender-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'calls.sqlite');

async function openCache(options: Partial<ConstructorParameters<typeof CallCache>[0]> = {}): Promise<CallCache> {
  const cache = new CallCache({ findDefaultPath: async () => file(), ...options });
  await cache.locate();
  return cache;
}

const SECRET = { messages: [{ role: 'user' as const, content: 'Where is my secret question?' }], system: undefined };

const ask: typeof askModel = (model, given) => askModel(model, { prompt: SECRET, ...given });

test('a repeated run makes no call, streamed or whole, and says so', async () => {
  await using server = await CountingServer.start(() => ({ text: 'one two' }));
  for (const round of [0, 1]) {
    // As in another process: nothing is shared but the file.
    await using cache = await openCache();
    const model = new CallPolicies({ cache }).apply(server.model('m'));
    const pieces: string[] = [];
    const answer = await ask(model, { onDelta: (delta) => pieces.push(delta) });
    expect(answer).toMatchObject({ text: 'one two', finishReason: 'stop' });
    expect(pieces).toEqual(['one ', 'two']);
    expect(answer.usage).toEqual(
      round === 0
        ? { calls: 1, inputTokens: 100, outputTokens: 10, cost: undefined }
        : { calls: 0, savedCalls: 1, inputTokens: 0, outputTokens: 0, cost: 0 },
    );
    const whole = await generateText({ model, prompt: 'Hi', temperature: 0 });
    expect(whole).toMatchObject({ text: 'one two', usage: { inputTokens: 100, outputTokens: 10 } });
    expect(server.requests).toHaveLength(2);
  }
});

test('a thought is told from the answer in what was kept, too', async () => {
  await using server = await CountingServer.start(() => ({ text: '<think>Hm.</think> one' }));
  for (const calls of [1, 0]) {
    await using cache = await openCache();
    const answer = await ask(new CallPolicies({ cache }).apply(server.model('m')));
    expect(answer).toMatchObject({ text: 'one', reasoning: 'Hm.', usage: { calls } });
  }
});

test('every option of a call, its sample, the model and where it is served are part of the key', async () => {
  await using server = await CountingServer.start();
  await using other = await CountingServer.start();
  await using cache = await openCache();
  const policies = new CallPolicies({ cache });
  const model = policies.apply(server.model('m'));
  const calls = [
    () => ask(model),
    () => ask(model, { sample: 2 }),
    () => ask(model, { settings: { temperature: 0.5 } }),
    () => ask(model, { settings: { seed: 1 } }),
    () => ask(model, { settings: { providerOptions: { books: { user: 'me' } } } }),
    () => ask(model, { prompt: { messages: [{ role: 'user', content: 'Else?' }], system: undefined } }),
    () => ask(model, { prompt: { messages: [{ role: 'user', content: 'Else?' }], system: 'Be kind.' } }),
    () => ask(policies.apply(server.model('n'))),
  ];
  const texts = [];
  for (const call of calls) texts.push((await call()).text);
  expect(server.requests).toHaveLength(calls.length);
  await ask(policies.apply(other.model('m')));
  expect(other.requests).toHaveLength(1);
  const again = [];
  for (const call of calls) again.push((await call()).text);
  expect(again).toEqual(texts);
  expect(server.requests).toHaveLength(calls.length);
});

test('only whole answers are kept', async () => {
  const replies = [{ status: 500 }, { cut: 'within' }, { finishReason: 'content_filter' }, { text: 'whole' }] as const;
  await using server = await CountingServer.start((_, index) => replies[index] ?? { text: 'again' });
  await using cache = await openCache();
  const model = new CallPolicies({ cache }).apply(server.model('m'));
  for (const _ of replies) await ask(model).catch(() => {});
  expect(server.requests).toHaveLength(4);
  expect((await ask(model)).text).toBe('whole');

  const leaving = new AbortController();
  const left = ask(model, { sample: 2, abortSignal: leaving.signal, onDelta: () => leaving.abort(new Error('bye')) });
  await expect(left).rejects.toThrow('bye');
  expect((await ask(model, { sample: 2 })).text).toBe('again');
  expect(server.requests).toHaveLength(6);
});

test('only its user can read the file, and neither prompt nor key is in it', async () => {
  await using server = await CountingServer.start();
  await using cache = await openCache();
  const model = new CallPolicies({ cache }).apply(server.model('m'));
  await ask(model);
  await generateText({ model, temperature: 0, prompt: 'Where is my secret question?' });
  for (const name of ['calls.sqlite', 'calls.sqlite-wal', 'calls.sqlite-shm']) {
    const path = join(folder, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const content = readFileSync(path, 'latin1');
    expect(content).not.toContain('secret question');
    expect(content).not.toContain('sk-not-a-real-key');
  }
});

test('a file that is none, or cannot be written, is reported once, and the work goes on', async () => {
  await using server = await CountingServer.start();
  writeFileSync(file(), 'this is no database, and long enough to be looked at '.repeat(100));
  for (const path of [file(), join(file(), 'within-a-file.sqlite')]) {
    const warnings: string[] = [];
    await using cache = await openCache({ path, onWarning: (message) => warnings.push(message) });
    const model = new CallPolicies({ cache }).apply(server.model('m'));
    expect((await ask(model)).text).toMatch(/^Answer/);
    expect((await ask(model)).usage.calls).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('The cache of model calls cannot be used and is left out')]);
    expect(warnings[0]).toContain(path);
  }
});

test('the store keeps to its size by dropping what was not used for longest, and to its age', () => {
  let now = 1000;
  const open = () => new CallStore({ path: file(), maxBytes: 1000, maxAgeMs: 500, now: () => now });
  using store = open();
  for (let index = 0; index < 10; index++) {
    now += 1;
    store.set(`key ${index}`, new Uint8Array(100).fill(index));
  }
  now += 1;
  expect(store.get('key 0')).toEqual(new Uint8Array(100).fill(0));
  now += 1;
  store.set('key 10', new Uint8Array(100));
  expect(store.info()).toEqual({ entries: 9, bytes: 900 });
  expect(store.get('key 0')).toBeDefined();
  expect([store.get('key 1'), store.get('key 2')]).toEqual([undefined, undefined]);
  expect(store.get('key 3')).toBeDefined();
  store.set('too large', new Uint8Array(1001));
  expect(store.get('too large')).toBeUndefined();
  now += 600;
  expect(store.get('key 3')).toBeUndefined();
  store.clear();
  expect(store.info()).toEqual({ entries: 0, bytes: 0 });
});

test('several processes use one file at once and lose nothing', async () => {
  const script = `
    import { CallStore } from ${JSON.stringify(join(import.meta.dirname, 'call-store.ts'))};
    const [path, name] = process.argv.slice(1);
    const store = new CallStore({ path, maxBytes: 1e8, maxAgeMs: 1e9 });
    for (let index = 0; index < 200; index++) {
      store.set(name + index, new TextEncoder().encode(name + index));
      store.get('shared');
      store.set('shared', new TextEncoder().encode(name));
    }
    store[Symbol.dispose]();`;
  const run = (name: string) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, file(), name]);
  const outputs = await Promise.all(['a', 'b', 'c', 'd'].map(run));
  expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
  using store = new CallStore({ path: file(), maxBytes: 1e8, maxAgeMs: 1e9 });
  expect(store.info().entries).toBe(801);
  expect(new TextDecoder().decode(store.get('c199'))).toBe('c199');
});

test('another process that writes holds up neither the event loop nor reading, and what is written meanwhile arrives', async () => {
  await using cache = await openCache();
  const stored = (key: string) => {
    using store = new CallStore({ path: file(), maxBytes: 1e8, maxAgeMs: 1e9 });
    return store.get(key);
  };
  cache.set('kept', 'one');
  await expect.poll(() => stored('kept')).toBeDefined();
  const writer = new (loadSqlite().DatabaseSync)(file());
  writer.exec('BEGIN EXCLUSIVE');
  await using other = await openCache();
  for (const reader of [cache, other]) {
    reader.set('new', 'two');
    expect(await reader.get('kept')).toBe('one');
    expect(await reader.get('new')).toBe('two');
  }
  // SQLite waits for the writer, for two seconds at most; meanwhile everything else goes on.
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 5);
  await expect.poll(() => turns).toBeGreaterThan(20);
  clearInterval(counting);
  writer.exec('COMMIT');
  writer.close();
  await expect.poll(() => stored('new')).toBeDefined();
});

test.each([
  [['--input-type=module']],
  [['--expose-gc', '--max-old-space-size=512', '--input-type=module']],
  [['--stack-trace-limit=5']],
])('the cache works whatever flags Node was started with: %j', async (flags) => {
  const script = `
    import { CallCache } from ${JSON.stringify(join(import.meta.dirname, 'call-cache.ts'))};
    const cache = new CallCache({ path: process.argv.at(-1), findDefaultPath: async () => '', onWarning: console.error });
    cache.set('key', { text: 'kept' });
    await cache[Symbol.asyncDispose]();`;
  const program = flags.some((flag) => flag.startsWith('--input-type'))
    ? ['--eval', script]
    : [join(folder, 'run.mjs')];
  writeFileSync(join(folder, 'run.mjs'), script);
  const { stderr } = await promisify(execFile)(process.execPath, [...flags, ...program, file()]);
  expect(stderr).toBe('');
  await using cache = await openCache();
  expect(await cache.get('key')).toEqual({ text: 'kept' });
});
