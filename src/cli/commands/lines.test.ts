import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { FakeBlender, type FakeWorld, runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import {
  type Blender,
  createBlender,
  type CreateBlenderOptions,
  InvalidArgumentError,
  rankerFromScore,
  WeightsUnavailableError,
} from '../../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

/** Likes long texts, has no opinion on `?`, and fails on `!`. */
function world(): FakeWorld {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (left.includes('!')) throw new Error('it dislikes shouting');
      return left.includes('?') || right.includes('?') ? Number.NaN : left.length - right.length;
    },
  });
  const fuser = new FakeLanguageModel({ answer: (_, index) => `fused ${index + 1}` });
  return { models: { 'fake/fuser': fuser }, ranker: Object.assign(ranker, { warning: 'It only counts letters.' }) };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cli-lines-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const RANK_LINES = [
  '{"id":"a","instruction":"q","candidates":["1","333","22"]}',
  '{"id":2,"prompt":"q","candidates":["same","same",""]}\r',
  '',
  '{"instruction":"q","candidates":[{"text":"only","model":"m"}]}',
  '{"id":"b","instruction":"q","candidates":[]}',
  '{"id":"c","instruction":" ","candidates":["a","b"]}',
  '{"id":"d","instruction":"q","candidates":["!","b"]}',
  '{"id":"e","instruction":"日本 🎉","input":"i","candidates":["👨‍👩‍👧‍👦","é"]}',
].join('\n');

test('rank: lines in the order of the input, bad ones noted, the rest done, exit code 1', async () => {
  const { exitCode, stdout, stderr } = await runInProcess(['rank'], { stdin: RANK_LINES, world: world() });
  expect(exitCode).toBe(1);
  expect(stdout).toMatchInlineSnapshot(`
    "{"id":"a","ranks":[3,1,2],"scores":[-1.5,1.5,0],"best":1,"comparisons":6,"rankerPasses":0,"modelCalls":6}
    {"id":2,"ranks":[1,1,3],"scores":[0,0,-10],"best":0,"comparisons":0,"rankerPasses":0,"modelCalls":0}
    {"id":4,"ranks":[1],"scores":[0],"best":0,"comparisons":0,"rankerPasses":0,"modelCalls":0,"models":["m"]}
    {"id":"e","ranks":[1,2],"scores":[10,-10],"best":0,"comparisons":2,"rankerPasses":0,"modelCalls":2}
    "
  `);
  expect(stderr).toMatchInlineSnapshot(`
    "Warning: It only counts letters.
    stdin, line 5: candidates is []: expected at least one candidate.
    stdin, line 6: Invalid instruction " ": the question must not be empty.
    stdin, line 7: The ranker fake failed: it dislikes shouting
    4 done, 3 failed
    "
  `);
});

test('rank: passes of a ranker and calls to models are counted apart, and candidates keep the names of their models', async () => {
  const passes = rankerFromScore({ score: (_, text) => text.length });
  const candidates = [{ text: '1', model: 'a' }, '22', { text: '333', model: 3 }];
  const stdin = JSON.stringify({ instruction: 'q', candidates });
  const { stdout } = await runInProcess(['rank'], { stdin, world: { ranker: passes } });
  expect(JSON.parse(stdout)).toEqual({
    id: 1,
    ranks: [3, 2, 1],
    scores: [-1.5, 0, 1.5],
    best: 2,
    comparisons: 3,
    rankerPasses: 3,
    modelCalls: 0,
    models: ['a', null, null],
  });

  const judge = { judge: new FakeLanguageModel({ answer: 'A is better' }) };
  const rank: Blender['rank'] = (options) => createBlender().rank({ ...options, ranker: judge });
  const judged = await runInProcess(['rank'], {
    stdin,
    createBlender: () => Object.assign(new FakeBlender({}), { rank }),
  });
  expect(JSON.parse(judged.stdout)).toMatchObject({ comparisons: 6, rankerPasses: 0, modelCalls: 6 });
});

test('rank: its settings reach the library, and nothing else on the command line does', async () => {
  const given: string[] = [];
  const rank: Blender['rank'] = (options) => {
    given.push(Object.keys(options).toSorted().join(' '));
    return new FakeBlender(world()).rank(options);
  };
  const trace = join(await folder(), 'trace.jsonl');
  const argv = ['rank', '--explain', '--no-config', '--no-cache', '--verbose', '--trace', trace, '--input', '-'];
  await runInProcess(argv, {
    stdin: '{"instruction":"q","candidates":["a","b"]}',
    createBlender: () => Object.assign(new FakeBlender({}), { rank }),
  });
  expect(given).toEqual([
    'abortSignal aggregation candidates confidence goal instruction maxPairs onComparison rankSeed ranker strategy topK',
  ]);
});

test('rank --explain: how it came about as a field, or as a table before the line on a terminal', async () => {
  const stdin = '{"id":"a","instruction":"q","candidates":["1","333","22","4444"]}\n';
  const argv = 'rank --explain --strategy adaptive --confidence 0.9 --goal top-k --top-k 2'.split(' ');
  const piped = await runInProcess(argv, { stdin, world: world() });
  const { explanation, best } = JSON.parse(piped.stdout) as {
    best: number;
    explanation: Record<string, unknown> & { matrix: unknown[][]; batches: unknown[][] };
  };
  expect(best).toBe(3);
  expect(explanation).toMatchObject({ strategy: 'adaptive', goal: 'top-k', aggregation: 'expected-logits' });
  expect(explanation.matrix[0]?.[0]).toBeNull();
  expect(explanation['confidence']).toBeGreaterThanOrEqual(0.9);

  const stdout = new StringOutput({ isTTY: true, columns: 120 });
  const shown = await runInProcess(argv, { stdin, stdout, world: world() });
  expect(JSON.parse(shown.stdout)).not.toHaveProperty('explanation');
  expect(shown.stderr).toContain('95 % interval');
  expect(shown.stderr).toContain('Compared, in batches: ');
  expect(shown.stderr).toContain('fake: ');
});

test('rank: settings of the strategies that cannot be used are exit code 2', async () => {
  for (const [flags, message] of [
    ['--confidence 0', 'Expected a number above 0 and at most 1.'],
    ['--confidence 1.1', 'Expected a number above 0 and at most 1.'],
    ['--goal worst', 'Expected one of: best, top-k, order.'],
    ['--max-pairs 0', 'Expected an integer of at least 1.'],
    ['--strategy quick', 'Expected one of: full, bubble, sort, adaptive.'],
  ] as const) {
    const { exitCode, stderr } = await runInProcess(['rank', ...flags.split(' ')], { stdin: '{}', world: world() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

test('rank --max-pairs: asks no more', async () => {
  const stdin = '{"instruction":"q","candidates":["1","333","22","4444","55555"]}\n';
  const { stdout } = await runInProcess(['rank', '--max-pairs', '4'], { stdin, world: world() });
  expect(JSON.parse(stdout)).toMatchObject({ comparisons: 8 });
});

test.each(['rank', 'compare', 'fuse'])('%s --no-cache: the blender has no cache of model calls', async (command) => {
  const caches: unknown[] = [];
  const create = ({ cache }: CreateBlenderOptions) => {
    caches.push(cache);
    return new FakeBlender({});
  };
  await runInProcess([command], { stdin: '', createBlender: create });
  await runInProcess([command, '--no-cache'], { stdin: '', createBlender: create });
  expect(caches).toEqual([true, false]);
});

test.each(['rank', 'compare', 'fuse'])('%s: an input without lines is said, with exit code 2', async (command) => {
  const directory = await folder();
  const input = join(directory, 'in.jsonl');
  await writeFile(input, '');
  for (const [name, run] of [
    ['stdin', await runInProcess([command], { stdin: '', world: world() })],
    [
      'stdin',
      await runInProcess([command, '--output', join(directory, 'out.jsonl')], { stdin: '\n \n', world: world() }),
    ],
    [input, await runInProcess([command, '--input', input], { world: world() })],
    [input, await runInProcess([command, input], { world: world() })],
  ] as const) {
    expect(run).toEqual({ exitCode: 2, stdout: '', stderr: `error: There is nothing to read in ${name}.\n` });
  }
  expect(await readdir(directory)).toEqual(['in.jsonl']);
});

test('compare: logit and probability that a is better, null for no opinion', async () => {
  const stdin = [
    '{"id":1,"instruction":"q","a":"xx","b":"x"}',
    '{"id":2,"instruction":"q","a":"x","b":"x"}',
    '{"id":3,"instruction":"q","a":"x","b":"?"}',
    '{"id":4,"instruction":"q","a":5,"b":"x"}',
    '{"id":5,"instruction":"q","a":"","b":"x"}',
  ].join('\n');
  const { exitCode, stdout, stderr } = await runInProcess(['compare', '--input', '-'], { stdin, world: world() });
  expect(exitCode).toBe(1);
  expect(stdout).toMatchInlineSnapshot(`
    "{"id":1,"logit":1,"probability":0.731059}
    {"id":2,"logit":0,"probability":0.5}
    {"id":3,"logit":null,"probability":null}
    {"id":5,"logit":-10,"probability":0.0000453979}
    "
  `);
  expect(stderr).toMatchInlineSnapshot(`
    "Warning: It only counts letters.
    stdin, line 4: a is 5: expected a text.
    4 done, 1 failed
    a is better in 1 pair, b in 1, 1 tie, 1 pair without an opinion. Win rate of a 50.0 % (95 % interval 12.5 to 87.5 %, a tie counts half), mean probability 0.410.
    "
  `);
});

test('a text that had to be shortened is reported in its line', async () => {
  const ranker = new FakePairRanker({ judge: ({ left }) => ({ logit: 1, truncated: left === 'long' }) });
  const stdin = '{"instruction":"q","candidates":["long","b"]}\n{"instruction":"q","candidates":["a","b"]}\n';
  const ranked = await runInProcess(['rank'], { stdin, world: { ranker } });
  expect(ranked.stdout.split('\n').map((line) => line.includes('"truncated":true'))).toEqual([true, false, false]);
  const compared = await runInProcess(['compare'], { stdin: '{"prompt":"q","a":"long","b":"b"}', world: { ranker } });
  expect(JSON.parse(compared.stdout)).toMatchObject({ id: 1, truncated: true });
});

test('fuse: one text for each line, with the settings of the command line', async () => {
  const { models } = world();
  const stdin = '{"id":1,"instruction":"q","candidates":["one","two","three"]}\n{"prompt":"q","candidates":["one"]}\n';
  const argv = 'fuse --model fake/fuser --top-k 2 --max-tokens 9 --temperature 0.5 --seed 3'.split(' ');
  const { exitCode, stdout, stderr } = await runInProcess(argv, { stdin, world: { ...(models && { models }) } });
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: '{"id":1,"text":"fused 1"}\n{"id":2,"text":"fused 2"}\n',
    stderr: '2 done\n',
  });
  const model = models?.['fake/fuser'] as FakeLanguageModel;
  expect(model.calls[0]).toMatchObject({ maxOutputTokens: 9, temperature: 0.5, seed: 3 });
  expect(JSON.stringify(model.calls[0]?.prompt)).not.toContain('three');
});

test('fuse: how the fuser is asked is for the command line to say, and the analysis is part of the line', async () => {
  // Lines are worked on side by side, so what it says depends on what it is asked.
  const fuser = new FakeLanguageModel({
    answer: ({ prompt, responseFormat }) => {
      const first = JSON.stringify(prompt).includes('q1');
      if (responseFormat?.type === 'json') return first ? '{"agreement":["Both count."]}' : 'no list';
      return first ? 'fused' : 'fused again';
    },
  });
  const line = (id: number) =>
    JSON.stringify({
      id,
      instruction: `q${id}`,
      candidates: [
        { text: 'one', score: 0.5 },
        { text: 'two', score: 'odd' },
      ],
    });
  const argv = ['fuse', '--model', 'fake/fuser', '--fusion-prompt', 'notebook', '--analysis', '--show-scores'];
  const { exitCode, stdout } = await runInProcess(argv, {
    stdin: `${line(1)}\n${line(2).replace('"odd"', '0.25')}\n`,
    world: { models: { 'fake/fuser': fuser } },
  });
  expect([exitCode, stdout]).toEqual([
    0,
    '{"id":1,"text":"fused","analysis":{"agreement":["Both count."],"contradictions":[],"uniquePoints":[],"blindSpots":[]}}\n' +
      '{"id":2,"text":"fused again","failures":["the analysis could not be read"]}\n',
  ]);
  const sent = fuser.calls.map(({ prompt }) => JSON.stringify(prompt));
  expect(sent).toContainEqual(expect.stringMatching(/q1.*sorted by quality.*<output-1 \w+>\\none.*Both count/));
  expect(sent).toContainEqual(expect.stringMatching(/q2.*<output-2 \w+ score 0\.25>\\ntwo/));

  const hidden = await runInProcess(['fuse', '--model', 'fake/fuser', '--hide-ranks'], {
    stdin: `${line(1)}\n`,
    world: { models: { 'fake/fuser': fuser } },
  });
  expect(hidden.exitCode).toBe(0);
  expect(JSON.stringify(fuser.calls.at(-1)?.prompt)).not.toMatch(/best|score/);

  const wrong = await runInProcess(['fuse', '--fusion-prompt', 'mine'], { stdin: line(1), world: {} });
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('Expected one of: default, paper, notebook.');
});

test('an output file gets the good lines also where some failed, and nothing else is left', async () => {
  const directory = await folder();
  const [input, output] = [join(directory, 'in.jsonl'), join(directory, 'out.jsonl')];
  await writeFile(input, `\ufeff${RANK_LINES}`);
  const { exitCode, stdout, stderr } = await runInProcess(['rank', '--input', input, '--output', output], {
    world: world(),
  });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`${input}, line 5: candidates is []: expected at least one candidate.\n`);
  expect((await readFile(output, 'utf8')).trim().split('\n')).toHaveLength(4);
  expect(await readdir(directory)).toEqual(['in.jsonl', 'out.jsonl']);
});

test.each([
  [
    'weights that are not available',
    new WeightsUnavailableError({ reference: 'local/x', tried: [], suggestions: ['try again'] }),
    1,
  ],
  ['an unknown ranker', new InvalidArgumentError({ parameter: 'ranker', value: 'x', message: 'no such thing.' }), 2],
])('%s end the run at once, without an output', async (_, error, expected) => {
  const directory = await folder();
  const output = join(directory, 'out.jsonl');
  let asked = 0;
  const blender = () =>
    Object.assign(new FakeBlender({}), {
      rank: () => {
        asked += 1;
        return Promise.reject(error);
      },
    });
  const stdin = '{"instruction":"q","candidates":["a","b"]}\n'.repeat(1000);
  const { exitCode, stdout, stderr } = await runInProcess(['rank', '--output', output], {
    stdin,
    createBlender: blender,
  });
  expect([exitCode, stdout, stderr]).toEqual([expected, '', `error: ${error.message}\n`]);
  expect(asked).toBeLessThan(10);
  expect(await readdir(directory)).toEqual([]);
});

test('an interrupted run leaves no file', async () => {
  const directory = await folder();
  const controller = new AbortController();
  const ranker = new FakePairRanker({
    judge: () => {
      controller.abort();
      return 1;
    },
  });
  const { exitCode } = await runInProcess(['rank', '--output', join(directory, 'out.jsonl')], {
    stdin: '{"instruction":"q","candidates":["a","b"]}\n'.repeat(100),
    world: { ranker },
    abortSignal: controller.signal,
  });
  expect([exitCode, await readdir(directory)]).toEqual([130, []]);
});

test('a long input is streamed: lines come out while it is still being read', async () => {
  let given = 0;
  const stdin = Readable.from(
    (function* () {
      for (; given < 20_000; given++) yield '{"instruction":"q","candidates":["a"]}\n';
    })(),
    { objectMode: true, highWaterMark: 1 },
  );
  let written = 0;
  let maxAhead = 0;
  const stdout = new StringOutput({
    onWrite: () => {
      written += 1;
      maxAhead = Math.max(maxAhead, given - written);
    },
  });
  const { exitCode, stderr } = await runInProcess(['rank'], { stdin, stdout, world: world() });
  expect([exitCode, stderr.split('\n').at(-2)]).toEqual([0, '20000 done']);
  expect(maxAhead).toBeLessThan(20);
});

test('lines that are broken in every way do not disturb their neighbours', async () => {
  const good = Buffer.from('{"id":"good","instruction":"q","candidates":["a","bb"]}\n');
  const bad = [
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from('{"a":\u0000}\n'),
    Buffer.from('\u001B[2J{\n'),
    Buffer.from('{"id":1}'),
  ];
  const { exitCode, stdout, stderr } = await runInProcess(['rank'], {
    stdin: Buffer.concat([good, ...bad.flatMap((line) => [line, good])]),
    world: world(),
  });
  expect(exitCode).toBe(1);
  expect(stdout.trim().split('\n')).toHaveLength(4);
  expect(stderr).toMatchInlineSnapshot(`
    "Warning: It only counts letters.
    stdin, line 2: not UTF-8.
    stdin, line 4: it holds NUL bytes. The file must be UTF-8, not UTF-16 or binary.
    stdin, line 6: not JSON: Unexpected token '', "{" is not valid JSON
    stdin, line 8: not JSON: Unexpected non-whitespace character after JSON at position 8 (line 1 column 9)
    4 done, 4 failed
    "
  `);
});
