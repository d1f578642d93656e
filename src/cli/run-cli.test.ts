import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { runInProcess, StringOutput } from '../../test/e2e/__fixtures__/cli-harness.ts';
import { type BlendStream, createBlender } from '../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';

const line = '{"instruction":"q","candidates":["a","b"]}\n';

test('without a command the help is printed', async () => {
  const { exitCode, stdout, stderr } = await runInProcess([]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: llm-blender [options] [command]

    A better answer than one LLM gives: candidates from several models are compared
    in pairs, ranked, and fused.

    Options:
      -V, --version                     Print the version.
      -h, --help                        Print this help.

    Commands:
      ask [options] [question]          Ask several models and get one better
                                        answer.
      rank [options] [files...]         Rank the candidates of each record of a
                                        file.
      compare [options] [files...]      Compare the two candidates of each record of
                                        a file.
      fuse [options] [files...]         Fuse the candidates of each record of a file
                                        into one answer.
      batch                             Ask, rank, compare or fuse over a long file,
                                        as a job that can be stopped and resumed.
      worker [options]                  Do a part of the batch jobs that other
                                        machines have put in a queue.
      preferences [options] [files...]  Make preference data, to train on, of ranked
                                        answers.
      evaluate                          Measure models, rankers and blends on
                                        examples, with intervals over prompts.
      train [options]                   Train a ranker on your own pairs.
      replay [options] <file>           Show a blend that ask has recorded.
      serve [options]                   Serve blends over HTTP, as OpenAI serves its
                                        models.
      ui [options]                      Open the page: ask, and watch models answer,
                                        rank and fuse.
      keys                              Create, limit, list or revoke the keys of
                                        clients of serve.
      mcp [options]                     Serve ask, rank, compare and fuse as tools
                                        of the Model Context Protocol.
      init [options]                    Write a configuration for the keys and
                                        servers found here.
      models                            List, fetch, find and remove the weights of
                                        local models.
      conversations                     List or remove conversations kept by ask.
      cache                             Show or clear the cache of model calls.
      doctor [options]                  Check what runs on this machine and how to
                                        get what is missing.
      help [command]                    Print the help of a command.

    Examples:
      $ llm-blender ask "What is the best thing about Kaggle?"
      $ llm-blender rank questions.jsonl --output ranked.jsonl
      $ llm-blender models list

    Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted.
    "
  `);
});

test.each([
  'ask',
  'rank',
  'compare',
  'fuse',
  'train',
  'init',
  'models',
  'models list',
  'models fetch',
  'models path',
  'models remove',
  'doctor',
])('%s --help has an example and goes to stdout', async (command) => {
  const { exitCode, stdout, stderr } = await runInProcess([...command.split(' '), '--help']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Usage: llm-blender ${command}`);
  expect(stdout).toMatch(/Examples?:\n {2}\$ /);
  expect((await runInProcess(['help', ...command.split(' ')])).exitCode).toBe(0);
});

test('the version is that of the package', async () => {
  expect(await runInProcess(['--version'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('what cannot be used is reported with what helps, and is exit code 2', async () => {
  const wrong = [
    ['akk', 'question'],
    ['ask', 'q', '--modle', 'x'],
    ['ask', 'q', 'more'],
    ['ask', ''],
    ['ask', 'q', '--samples', '0'],
    ['ask', 'q', '--samples', '1.5'],
    ['ask', 'q', '--top-p', '2'],
    ['ask', 'q', '--timeout', '-1'],
    ['ask', 'q', '--seed', 'x'],
    ['ask', 'q', '--max-tokens'],
    ['rank', '--strategy', 'quick'],
    ['rank', '--aggregation', 'constructor'],
    ['rank', '--input', 'no-such-file.jsonl'],
    ['rank', '--input', 'src'],
    ['models', 'nothing'],
    ['models', 'fetch'],
    ['models', 'path', 'no-such-model'],
  ];
  const told = [];
  for (const argv of wrong) {
    const { exitCode, stdout, stderr } = await runInProcess(argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    told.push(stderr.replaceAll(/\nRun '.*' to see how it is used\.\n$/g, '').trimEnd());
  }
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "error: unknown command 'akk'
    (Did you mean ask?)
    error: unknown option '--modle'
    (Did you mean --model?)
    error: too many arguments for 'ask'. Expected 1 argument but got 2: q, more.
    error: Invalid QUESTION "": the question must not be empty.
    error: option '-n, --samples <n>' argument '0' is invalid. Expected an integer of at least 1.
    error: option '-n, --samples <n>' argument '1.5' is invalid. Expected an integer of at least 1.
    error: option '--top-p <p>' argument '2' is invalid. Expected a number between 0 and 1.
    error: option '--timeout <seconds>' argument '-1' is invalid. Expected seconds, a number above 0.
    error: option '--seed <n>' argument 'x' is invalid. Expected an integer.
    error: option '--max-tokens <n>' argument missing
    error: option '--strategy <name>' argument 'quick' is invalid. Expected one of: full, bubble, sort, adaptive.
    error: option '--aggregation <name>' argument 'constructor' is invalid. Expected one of: max-logits, max-wins, least-squares, expected-logits, bradley-terry, borda.
    error: Invalid --input "no-such-file.jsonl": there is no such file.
    error: Invalid --input "src": it is a folder.
    error: unknown command 'nothing'
    error: missing required argument 'name'
    error: Unknown model "local/no-such-model". Known names: local/smollm2-135m-instruct, local/qwen2.5-1.5b-instruct, local/gemma-2b-it, local/gemma-7b-it. A file is written local/PATH.gguf, one on Hugging Face local/hf:OWNER/REPO/FILE.gguf."
  `);
});

test('an error is one message without a key and without a stack, which a variable adds', async () => {
  const error = Object.assign(new Error('refused: Authorization: Bearer abcdefghijkl\u001B[2J'), {
    cause: new Error('sk-abcdefghijklmnop'),
  });
  const createFailing = () => ({
    ...createBlender(),
    streamBlend: () => new ReadableStream({ start: (to) => to.error(error) }) as BlendStream<never>,
  });
  const { exitCode, stdout, stderr } = await runInProcess(['ask', 'q'], { createBlender: createFailing });
  expect({ exitCode, stdout, stderr }).toMatchInlineSnapshot(`
    {
      "exitCode": 1,
      "stderr": "error: refused: Authorization: Bearer [redacted]
    Set LLM_BLENDER_DEBUG=1 to see where it comes from.
    ",
      "stdout": "",
    }
  `);
  const debugged = await runInProcess(['ask', 'q'], { createBlender: createFailing, env: { LLM_BLENDER_DEBUG: '1' } });
  expect(debugged.stderr).toMatch(/run-cli\.test\.ts/);
  expect(debugged.stderr).toContain('caused by: Error: [redacted]');
  expect(debugged.stderr).not.toMatch(/abcdefghijkl/);
});

test('a reader of the output that leaves is no error, an output that cannot be written is one', async () => {
  class BrokenOutput extends StringOutput {
    readonly #code: string;

    constructor(code: string) {
      super();
      this.#code = code;
    }

    override _write(_chunk: unknown, _encoding: string, done: (error: Error) => void): void {
      done(Object.assign(new Error(`write ${this.#code}`), { code: this.#code }));
    }
  }
  const world = {
    ranker: { specificationVersion: 'v1', name: 'fake', doCompare: async () => Promise.reject(new Error('x')) },
  } as const;
  const endless = () =>
    Readable.from(
      (function* () {
        for (;;) yield '{"instruction":"q","candidates":["a"]}\n';
      })(),
    );
  const left = await runInProcess(['rank'], { stdin: endless(), stdout: new BrokenOutput('EPIPE'), world });
  expect(left).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  const full = await runInProcess(['rank'], { stdin: endless(), stdout: new BrokenOutput('ENOSPC'), world });
  expect(full).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^error: The output could not be written: write ENOSPC/),
  });
});

test('an abort ends the run with 130, also while it waits for input', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const silent = new Readable({ read: () => {} });
  for (const argv of [['rank'], ['ask']]) {
    expect(await runInProcess(argv, { stdin: silent, abortSignal: controller.signal })).toEqual({
      exitCode: 130,
      stdout: '',
      stderr: 'Interrupted.\n',
    });
  }
});

test('the blender is let go of in every case, and one that hangs is not waited for', async () => {
  let disposed = 0;
  const createHanging = () => ({
    ...createBlender(),
    rank: async () => {
      throw new TypeError('bad luck');
    },
    dispose: () => {
      disposed += 1;
      return new Promise<void>(() => {});
    },
  });
  const { exitCode, stderr } = await runInProcess(['rank'], { stdin: line, createBlender: createHanging });
  expect([exitCode, disposed, stderr]).toEqual([1, 1, 'stdin, line 1: bad luck\n0 done, 1 failed\n']);
});

test('--quiet leaves the output and errors', async () => {
  const good = { models: { good: new FakeLanguageModel({ answer: 'Yes.' }) } };
  expect(await runInProcess(['ask', 'q', '-q', '-m', 'good', '-m', 'none/such'], { world: good })).toEqual({
    exitCode: 0,
    stdout: 'Yes.\n',
    stderr: '',
  });
  const failing = { models: { bad: new FakeLanguageModel({ answer: new Error('overloaded') }) } };
  expect(await runInProcess(['ask', 'q', '--quiet', '-m', 'bad'], { world: failing })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'error: No model gave an answer (1 asked):\n  - fake/model: overloaded\n',
  });
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  const lines = `${line}{"instruction":"q","candidates":[]}\n`;
  const ranked = await runInProcess(['rank', '-q'], { stdin: lines, world: { ranker } });
  expect([ranked.exitCode, ranked.stdout.split('\n').length, ranked.stderr]).toEqual([
    1,
    2,
    'stdin, line 2: candidates is []: expected at least one candidate.\n',
  ]);
  for (const argv of [
    ['ask', 'q', '-q', '--verbose'],
    ['ask', 'q', '-q', '--explain'],
  ]) {
    expect((await runInProcess(argv)).stderr).toMatch(
      /^error: option '--\w+' cannot be used with option '-q, --quiet'/,
    );
  }
});

test('--quiet on a terminal: nothing is drawn, and an explanation goes where the rest goes', async () => {
  const stdout = new StringOutput({ isTTY: true });
  const stderr = new StringOutput({ isTTY: true });
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  await runInProcess(['rank', '--quiet', '--explain'], { stdin: line, stdout, stderr, world: { ranker } });
  expect(stderr.text).toBe('');
  expect(JSON.parse(stdout.text)).toHaveProperty('explanation');
});
