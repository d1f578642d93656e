import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { expect, onTestFinished, test } from 'vitest';
import { FakeBlender, runInProcess, StringOutput } from '../../test/e2e/__fixtures__/cli-harness.ts';
import type { Blender, CreateBlenderOptions } from '../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { Output } from './io/output.ts';
import { createProgram } from './program.ts';
import * as shared from './shared-options.ts';

const NOBODY = 'http://127.0.0.1:1';
const MAIN = join(import.meta.dirname, 'main.ts');

/** What a run came to, as far as a flag can show in it. */
interface Evidence {
  readonly folder: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Options of the blender; undefined for a command that makes none. */
  readonly created: CreateBlenderOptions | undefined;
  /** Name and options of what was called first. */
  readonly asked: { readonly name: string; readonly options: Readonly<Record<string, unknown>> } | undefined;
}

/** A flag on the command line, and what shows that its value arrived. */
interface Probe {
  readonly argv: (folder: string) => readonly string[];
  readonly arrived: (run: Evidence) => unknown;
}

/** A value that reaches the options of the library under a name. */
function asked(flag: string, text: string | undefined, name: string, value: unknown): Probe {
  return {
    argv: () => [flag, ...(text === undefined ? [] : [text])],
    arrived: (run) => expect(run.asked?.options).toMatchObject({ [name]: value }),
  };
}

/** A configuration shows by what it holds: the prices of a blender, or what the command says of it. */
function usesConfig(run: Evidence, isUsed: boolean): void {
  if (run.created !== undefined) expect('prices' in run.created).toBe(isUsed);
  else expect((run.stdout + run.stderr).includes('probe')).toBe(isUsed);
}

const PROBES: Readonly<Record<string, Probe>> = {
  '--config': {
    argv: (folder) => ['--config', join(folder, 'probe.json')],
    arrived: (run) => usesConfig(run, true),
  },
  '--no-config': { argv: () => ['--no-config'], arrived: (run) => usesConfig(run, false) },
  '--env-file': {
    argv: (folder) => ['--env-file', join(folder, 'probe.env')],
    arrived: (run) => expect(run.env['PROBE_VARIABLE']).toBe('from the file'),
  },
  '--quiet': { argv: () => ['--quiet'], arrived: ({ stderr }) => expect(stderr.replace(/^error: .*$/ms, '')).toBe('') },
  '--no-cache': { argv: () => ['--no-cache'], arrived: ({ created }) => expect(created?.cache).toBe(false) },
  '--verbose': { argv: () => ['--verbose'], arrived: ({ created }) => expect(created?.onTrace).toBeTypeOf('function') },
  '--trace': {
    argv: (folder) => ['--trace', join(folder, 'trace.jsonl')],
    arrived: async ({ folder, created }) => {
      expect(created?.onTrace).toBeTypeOf('function');
      expect((await stat(join(folder, 'trace.jsonl'))).isFile()).toBe(true);
    },
  },
  '--input': {
    argv: (folder) => ['--input', join(folder, 'other.jsonl')],
    arrived: (run) => expect(run.asked?.options['instruction']).toBe('other'),
  },
  '--output': {
    argv: (folder) => ['--output', join(folder, 'out.jsonl')],
    arrived: async ({ folder, stdout }) => {
      expect(stdout).toBe('');
      expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toMatch(/^\{"id":/);
    },
  },
  '--map': {
    argv: () => ['--map', 'instruction=odd'],
    arrived: (run) => expect(run.asked?.options['instruction']).toBe('odd question'),
  },
  '--estimate': { argv: () => ['--estimate'], arrived: (run) => expect(run.asked?.name).toMatch(/^estimate/) },
  '--json': {
    argv: () => ['--estimate', '--json'],
    arrived: ({ stdout }) => expect(JSON.parse(stdout)).toHaveProperty('cost'),
  },
  '--ranker': asked('--ranker', 'judge:fake/judge', 'ranker', 'judge:fake/judge'),
  '--strategy': asked('--strategy', 'bubble', 'strategy', 'bubble'),
  '--aggregation': asked('--aggregation', 'borda', 'aggregation', 'borda'),
  '--goal': asked('--goal', 'order', 'goal', 'order'),
  '--confidence': asked('--confidence', '0.6', 'confidence', 0.6),
  '--max-pairs': asked('--max-pairs', '7', 'maxPairs', 7),
  '--fusion-prompt': asked('--fusion-prompt', 'paper', 'fusionPrompt', 'paper'),
  '--hide-ranks': asked('--hide-ranks', undefined, 'showRanks', false),
  '--show-scores': asked('--show-scores', undefined, 'showScores', true),
  '--analysis': asked('--analysis', undefined, 'analysis', true),
  '--context-tokens': asked('--context-tokens', '5000', 'contextTokens', 5000),
};

/** A job on a file of its own. A flag that is given once more replaces these. */
const JOB = ['--input', '{}/records.jsonl', '--job', '{}/job'];

const EXAMPLE = '{"instruction":"q","odd":"odd question","candidates":["a","bb"]}';

/** How each command is run so that its flags can show. `{}` stands for the folder. */
const RUNS: Readonly<Record<string, { argv: readonly string[]; stdin?: string }>> = {
  ask: { argv: ['Why?', '--model', 'fake/model'] },
  replay: { argv: ['{}/blend.jsonl'] },
  rank: { argv: [], stdin: '{"instruction":"q","odd":"odd question","candidates":["a","bb"]}' },
  compare: { argv: [], stdin: '{"instruction":"q","odd":"odd question","a":"a","b":"bb"}' },
  fuse: { argv: [], stdin: '{"instruction":"q","odd":"odd question","candidates":["a","bb"]}' },
  'batch ask': { argv: [...JOB, '--model', 'fake/model'] },
  'batch best-of-n': { argv: [...JOB, '--model', 'fake/model'] },
  'batch rank': { argv: JOB },
  'batch compare': { argv: JOB },
  'batch fuse': { argv: JOB },
  'batch status': { argv: ['{}/job'] },
  'batch cancel': { argv: ['{}/job'] },
  'batch retry-failed': { argv: ['{}/job'] },
  'batch export': { argv: ['{}/job'] },
  'batch merge': { argv: ['{}/job'] },
  preferences: {
    argv: ['--format', 'trl'],
    stdin: '{"instruction":"q","odd":"odd question","candidates":["a","bb"]}',
  },
  'evaluate models': { argv: ['--output', '{}/run', '--judge', 'judge:fake/judge'], stdin: EXAMPLE },
  'evaluate ranker': { argv: ['--output', '{}/run'], stdin: EXAMPLE },
  'evaluate blend': { argv: ['--output', '{}/run', '--blend', 'local'], stdin: EXAMPLE },
  'evaluate compare': { argv: ['{}/run', '{}/run'] },
  'evaluate report': { argv: ['{}/run'] },
  train: { argv: ['--data', '{}/none.jsonl', '--output', '{}/ranker', '--python', '{}/no-python'] },
  init: { argv: [] },
  'models list': { argv: [] },
  'models fetch': { argv: ['no-such-model'] },
  'models path': { argv: ['no-such-model'] },
  'models remove': { argv: ['smollm2-135m-instruct'] },
  // It does not start, since others would reach it without a key.
  serve: { argv: ['--host', '0.0.0.0'] },
  // It does not start, since it has no queue.
  worker: { argv: [] },
  // Its input ends at once.
  mcp: { argv: [] },
  ui: { argv: ['--host', '0.0.0.0'] },
  'keys create': { argv: [] },
  'keys update': { argv: ['none', '--rate', '1'] },
  'keys list': { argv: [] },
  'keys revoke': { argv: ['none'] },
  'conversations list': { argv: [] },
  'conversations clear': { argv: [] },
  'cache info': { argv: [] },
  'cache clear': { argv: [] },
  doctor: { argv: [] },
};

/** Runs a command in a folder of its own, where everything there is to find is. */
async function runProbe(command: string, flags: (folder: string) => readonly string[], more: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'cli-flags-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = {
    prices: { 'fake/model': { inputPerMillion: 1, outputPerMillion: 1 } },
    providers: { probe: { baseURL: NOBODY } },
    cache: { path: join(folder, 'probe.sqlite') },
  };
  await writeFile(join(folder, 'probe.json'), JSON.stringify(config));
  const end = { type: 'blend-error', message: 'it failed', seq: 1, at: 0 };
  await writeFile(join(folder, 'blend.jsonl'), JSON.stringify(end));
  await writeFile(join(folder, 'probe.env'), 'PROBE_VARIABLE="from the file"\n');
  await writeFile(join(folder, 'other.jsonl'), '{"instruction":"other","a":"a","b":"bb","candidates":["a","bb"]}');
  await writeFile(
    join(folder, 'records.jsonl'),
    '{"instruction":"q","odd":"odd question","a":"a","b":"bb","candidates":["a","bb"]}',
  );
  const env: Record<string, string | undefined> = {
    OLLAMA_HOST: NOBODY,
    LMSTUDIO_BASE_URL: NOBODY,
    HF_ENDPOINT: NOBODY,
    HF_HOME: join(folder, 'hub'),
    LLM_BLENDER_CACHE: folder,
    LLM_BLENDER_DATA: folder,
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, value.replace('{}', folder)])),
  };
  const { argv, stdin = '' } = RUNS[command] ?? { argv: [] };
  const words = [...command.split(' '), ...argv.map((word) => word.replace('{}', folder)), ...flags(folder)];
  if (command === 'init') return runInFolder(words, { folder, env });
  let created: CreateBlenderOptions | undefined;
  let first: Evidence['asked'];
  const createBlender = (options: CreateBlenderOptions): Blender => {
    created = options;
    const blender = new FakeBlender({
      models: {
        'fake/model': new FakeLanguageModel({ answer: 'yes' }),
        'fake/fuser': new FakeLanguageModel({ answer: 'fused' }),
      },
      ranker: new FakePairRanker({ judge: ({ left, right }) => left.length - right.length }),
    });
    return watch(blender, (name, given) => (first ??= { name, options: given }));
  };
  if (/^batch (?:status|cancel|export|merge|retry-failed)$/.test(command)) {
    const rank = ['batch', 'rank', ...JOB.map((word) => word.replace('{}', folder))];
    await runInProcess(rank, { env, createBlender });
    created = undefined;
  }
  const stdout = new StringOutput();
  const run = await runInProcess(words, { stdin, env, createBlender, stdout });
  return { ...run, folder, env, created, asked: first };
}

/** A blender whose calls are seen, with judges in their names that are the fake one. */
function watch(blender: Blender, onCall: (name: string, options: Readonly<Record<string, unknown>>) => void): Blender {
  return new Proxy(blender, {
    get(target, name: keyof Blender) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (options: Readonly<Record<string, unknown>> | undefined) => {
        if (options === undefined) return member.call(target);
        onCall(String(name), options);
        const isNamed = options['ranker'] !== undefined;
        return member.call(target, isNamed && name !== 'estimateRank' ? { ...options, ranker: undefined } : options);
      };
    },
  });
}

/** The command writes where it is run, so it needs a process of its own. */
async function runInFolder(
  argv: readonly string[],
  { folder, env }: { folder: string; env: Record<string, string | undefined> },
): Promise<Evidence> {
  const { PATH = '' } = process.env;
  await writeFile(join(folder, 'probe.env'), 'OPENAI_API_KEY=not-a-real-key-8d41\n');
  const run = await promisify(execFile)(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
  });
  const written = await readFile(join(folder, 'blender.config.yaml'), 'utf8');
  // The key of the file shows in the models that are proposed.
  const found = written.includes('openai/') ? { PROBE_VARIABLE: 'from the file' } : {};
  return { ...run, folder, exitCode: 0, env: found, created: undefined, asked: undefined };
}

function allFlags(command: Command): readonly string[] {
  return command.options.map(({ long }) => long ?? '');
}

const SHARED = Object.values(shared).flatMap((group) => {
  if (typeof group !== 'object' || !('declare' in group)) return [];
  const command = new Command();
  group.declare(command);
  return allFlags(command);
});

const streams = { stdout: new Output(new StringOutput()), stderr: new StringOutput() };
const program = createProgram(streams, { prepare: () => {}, run: async () => {} });

function leaves(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

const COMMANDS = leaves(program);

test('every command and every shared flag is tried here', () => {
  expect(COMMANDS.map(([name]) => name).toSorted()).toEqual(Object.keys(RUNS).toSorted());
  expect([...new Set(SHARED)].toSorted()).toEqual(Object.keys(PROBES).toSorted());
});

// The flag of an environment is for all commands, that of quiet for those that say more than their output.
test('every command takes a file of variables, and every one with notes can be quiet', () => {
  const without = (flag: string) => COMMANDS.filter(([, command]) => !allFlags(command).includes(flag));
  expect(without('--env-file')).toEqual([]);
  expect(without('--quiet').map(([name]) => name)).toEqual([
    'batch status',
    'train',
    'keys list',
    'models list',
    'models path',
    'conversations list',
    'cache info',
    'doctor',
  ]);
});

/** Flags of the command itself that have the name of a shared one. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  '--output': ['train', 'evaluate models', 'evaluate ranker', 'evaluate blend'],
  // They are those of the judges, of which there are none here.
  '--strategy': ['evaluate blend'],
  '--aggregation': ['evaluate blend'],
  // Several of them.
  '--ranker': ['evaluate ranker'],
  // A job goes on with its own input alone.
  '--input': ['batch retry-failed'],
  '--max-cost': ['keys create', 'keys update'],
  '--concurrency': ['keys create', 'keys update'],
  '--json': [
    'ask',
    'replay',
    'evaluate models',
    'evaluate ranker',
    'evaluate blend',
    'evaluate report',
    'evaluate compare',
    'keys list',
    'batch status',
    'models list',
    'conversations list',
    'cache info',
    'doctor',
  ],
};

/** Flags that show once a worker has a queue with a job: test/wire/queue/operation.test.ts. */
const OF_JOBS = new Set(['--config', '--no-config', '--no-cache', '--verbose', '--trace']);

const CASES = COMMANDS.flatMap(([name, command]) =>
  Object.keys(PROBES)
    .filter((flag) => allFlags(command).includes(flag) && OWN[flag]?.includes(name) !== true)
    .filter((flag) => name !== 'worker' || !OF_JOBS.has(flag))
    .map((flag) => [name, flag] as const),
);

test.each(CASES)('%s %s: the value arrives', { timeout: 60_000 }, async (name, flag) => {
  expect.hasAssertions();
  const probe = PROBES[flag];
  if (probe === undefined) throw new Error('every flag has a probe');
  const env: Record<string, string> = flag === '--no-config' ? { LLM_BLENDER_CONFIG: '{}/probe.json' } : {};
  await probe.arrived(await runProbe(name, probe.argv, env));
});

test('short flags mean the same everywhere', () => {
  const long = new Map<string, Set<string>>();
  for (const [, command] of COMMANDS)
    for (const option of command.options) {
      if (option.short === undefined) continue;
      long.set(option.short, (long.get(option.short) ?? new Set()).add(option.long ?? ''));
    }
  const table = Object.fromEntries([...long].map(([short, names]) => [short, [...names].join(' ')]));
  expect(table).toEqual({
    '-m': '--model',
    '-n': '--samples',
    '-k': '--top-k',
    '-c': '--continue',
    '-i': '--input',
    '-o': '--output',
    '-q': '--quiet',
  });
  const missing = COMMANDS.flatMap(([name, command]) =>
    command.options.flatMap(({ long: flag = '', short }) =>
      Object.values(table).includes(flag) && short === undefined ? [`${name} ${flag}`] : [],
    ),
  );
  expect(missing).toEqual([]);
});
