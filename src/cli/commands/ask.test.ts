import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type FakeWorld, runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

/** One model that writes differently each time, one that fails, and a ranker that likes long texts. */
function world({ fused = 'A fused answer that is longer than all others.' } = {}): FakeWorld {
  const answers = ['Short one.', 'A longer answer.\nOn two lines.', fused];
  const good = new FakeLanguageModel({
    provider: 'local',
    modelId: 'good',
    answer: (_, index) => answers[index] ?? '',
  });
  const bad = new FakeLanguageModel({
    provider: 'openai',
    modelId: 'bad',
    answer: new Error('the key sk-abcdefghijklmnop was refused'),
  });
  const ranker = Object.assign(
    new FakePairRanker({ name: 'judge:local/good', judge: ({ left, right }) => (left.length - right.length) / 10 }),
    {
      warning: 'This judge only counts letters.',
    },
  );
  return { models: { 'local/good': good, 'openai/bad': bad }, ranker };
}

const ARGV = ['ask', 'Why?', '--model', 'local/good', '--model', 'local/good', '--model', 'openai/bad'];

/** The same text with times taken out. */
function timeless(text: string): string {
  return text.replaceAll(/\d+(\.\d)? s\b/g, 'N s');
}

test('the answer goes to stdout; what happened, failures, warning and the decision go to stderr', async () => {
  const { exitCode, stdout, stderr } = await runInProcess(ARGV, { world: world() });
  expect([exitCode, stdout]).toEqual([0, 'A fused answer that is longer than all others.\n']);
  expect(timeless(stderr)).toMatchInlineSnapshot(`
    "Asking for 3 answers: local/good ×2, openai/bad
    openai/bad#1 (1 of 3): failed: the key [redacted] was refused
    local/good#1 (2 of 3): N s, 2 tokens
    local/good#2 (3 of 3): N s, 5 tokens
    Compared 1 pair
    Fusing 2 answers with local/good
    Comparing the fused answer with the best candidate
    rank  model         score  pairs won  answer
    1     local/good#2  2.00   1 of 1     A longer answer. On two lines.
    2     local/good#1  -2.00  0 of 1     Short one.
    Warning: This judge only counts letters.
    Answer: fused. The fused answer beat the best candidate with probability 0.83.
    N s, 8 calls, cost unknown
    "
  `);
});

test('--json prints the result of the library as one object with null for what is not there', async () => {
  const { exitCode, stdout, stderr } = await runInProcess([...ARGV, '--json', '--no-fusion'], { world: world() });
  expect([exitCode, stdout.split('\n').length]).toEqual([0, 2]);
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    'text',
    'object',
    'decision',
    'decisionReason',
    'candidates',
    'fused',
    'comparisons',
    'explanation',
    'failures',
    'stopped',
    'ranker',
    'warning',
    'positionBias',
    'lowQuality',
    'unreadable',
    'truncated',
    'usage',
    'cost',
    'timings',
  ]);
  expect(result).toMatchObject({
    text: 'A longer answer.\nOn two lines.',
    decision: 'best-candidate',
    fused: null,
    cost: null,
    candidates: [
      { id: '2', rank: 1, score: 2 },
      { id: '1', rank: 2, score: -2, usage: { calls: 1, cost: null } },
    ],
    explanation: {
      strategy: 'full',
      opponentsBeaten: [1, 0],
      batches: [[[1, 0]]],
      matrix: [
        [null, 2],
        [-2, null],
      ],
    },
    failures: [{ id: '3', model: 'openai/bad', phase: 'generate', message: 'the key [redacted] was refused' }],
  });
  expect(stderr).toContain('Answer: best candidate.');
});

test('--explain shows how the ranking came about, as rank does', async () => {
  const { stderr } = await runInProcess([...ARGV, '--explain', '--no-fusion'], { world: world() });
  const lines = stderr.split('\n');
  const start = lines.findIndex((line) => line.includes('95 % interval'));
  expect(lines.slice(start, start + 7).join('\n')).toMatchInlineSnapshot(`
    "rank  no.  score  strength  95 % interval  wins + ½ ties   vs 0  vs 1  answer
       1    0   2.00      0.68  -0.05 to 1.41         1 of 1         2.00  local/good#2: A longer answe…
       2    1  -2.00     -0.68  -1.41 to 0.05         0 of 1  -2.00        local/good#1: Short one.
    Compared, in batches: 1-0
    The only pair was compared.
    The ranker finds the best better than the second with probability 0.88.
    judge:local/good: 1 pair, 2 calls"
  `);
  const single = await runInProcess('ask Why? --model local/good --explain'.split(' '), { world: world() });
  expect(single.stderr).toContain('There is no ranking to explain.');
});

test('pairs won are those the ranker decided; wins count ties half, copies included', async () => {
  const answers = { a: 'aa', b: 'bb', c: 'c', d: 'aa' };
  const models = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [`local/${name}`, new FakeLanguageModel({ answer })]),
  );
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  const argv = Object.keys(models).flatMap((model) => ['--model', model]);
  const { stderr } = await runInProcess(['ask', 'Why?', ...argv, '--explain', '--no-fusion'], {
    world: { models, ranker },
  });
  const lines = stderr.split('\n');
  const [pairs = 0, wins = 0] = lines.flatMap((line, index) => (line.startsWith('rank ') ? [index] : []));
  expect([lines[pairs], lines[wins]]).toEqual([
    expect.stringMatching(/ score {2}pairs won {2}/),
    expect.stringMatching(/ 95 % interval +wins \+ ½ ties +vs 0/),
  ]);
  // The best is aa, which ties with bb and beats c; with its copy, with which it ties, it has three opponents.
  expect(lines[pairs + 1]).toMatch(/ 1 of 2 +aa$/);
  expect(lines[wins + 1]).toMatch(/ 2 of 3 /);
});

test('options reach the models', async () => {
  const { models, ranker } = world();
  const model = new FakeLanguageModel({ answer: 'same' });
  const argv =
    'ask Why? --model m --samples 2 --temperature 0.7 --top-p 0.9 --max-tokens 33 --seed 5 --system Be.brief --no-fusion';
  await runInProcess(argv.split(' '), { world: { models: { ...models, m: model }, ...(ranker && { ranker }) } });
  expect(
    model.calls.map(({ temperature, topP, maxOutputTokens, seed }) => [temperature, topP, maxOutputTokens, seed]),
  ).toEqual([
    [0.7, 0.9, 33, 5],
    [0.7, 0.9, 33, 6],
  ]);
  expect(model.calls[0]?.prompt[0]).toEqual({ role: 'system', content: 'Be.brief' });
});

test('--analysis shows that the fuser reads before it writes, and how it is asked reaches the fuser', async () => {
  const { models = {}, ranker } = world();
  const answers = ['{"agreement":["Both are short."]}', 'A fused answer that is longer than all others.'];
  const fuser = new FakeLanguageModel({ modelId: 'fuser', answer: (_, index) => answers[index] ?? '' });
  const argv = [...ARGV, '--fuser', 'fake/fuser', '--analysis', '--fusion-prompt', 'paper', '--show-scores'];
  const { exitCode, stdout, stderr } = await runInProcess(argv, {
    world: { models: { ...models, 'fake/fuser': fuser }, ...(ranker && { ranker }) },
  });
  expect([exitCode, stdout]).toEqual([0, 'A fused answer that is longer than all others.\n']);
  expect(stderr).toContain(
    'Fusing 2 answers with fake/fuser\nAnalysing them first\n' +
      'Analysed them: 1 agreement, 0 contradictions, 0 unique points, 0 blind spots\nComparing the fused',
  );
  expect(JSON.stringify(fuser.calls[1]?.prompt)).toMatch(/<extra_id_0 \w+ rank 1, score 2>.*Both are short/);
});

test('the question may come from standard input, without its last line end', async () => {
  for (const [argument, stdin] of [
    [[], 'What\nis it?\r\n'],
    [['-'], '\ufeffWhat\nis it?'],
  ] as const) {
    const model = new FakeLanguageModel({ answer: 'It.' });
    await runInProcess(['ask', ...argument, '--model', 'm'], { stdin, world: { models: { m: model } } });
    expect(model.calls[0]?.prompt).toMatchObject([{ role: 'user', content: [{ text: 'What\nis it?' }] }]);
  }
});

test('no question, an empty one and one that is not text are refused', async () => {
  const terminal = Object.assign(Readable.from([]), { isTTY: true });
  expect((await runInProcess(['ask'], { stdin: terminal })).stderr).toMatchInlineSnapshot(`
    "error: Nothing was asked. Write the question after the command, in quotes.
    "
  `);
  expect((await runInProcess(['ask'], { stdin: ' \n' })).stderr).toMatchInlineSnapshot(`
    "error: The question on standard input is empty.
    "
  `);
  expect((await runInProcess(['ask', '-'], { stdin: Buffer.from([0xff, 0x41]) })).stderr).toMatchInlineSnapshot(`
    "error: The question on standard input is not UTF-8.
    "
  `);
});

test('where every model failed, each reason is reported and the exit code is 1', async () => {
  const { exitCode, stdout, stderr } = await runInProcess(['ask', 'Why?', '--model', 'openai/bad', '--samples', '2'], {
    world: world(),
  });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toMatchInlineSnapshot(`
    "Asking for 2 answers: openai/bad ×2
    openai/bad#1 (1 of 2): failed: the key [redacted] was refused
    openai/bad#2 (2 of 2): failed: the key [redacted] was refused
    error: No model gave an answer (2 asked):
      - 2 × openai/bad: the key [redacted] was refused
    "
  `);
});

test('a mistake in the set-up is told once, and beside models that answer it is told as a failure', async () => {
  const bad = ['ask', 'Why?', '--model', 'nowhere/model'];
  const alone = await runInProcess([...bad, '--samples', '2'], { world: world() });
  expect([alone.exitCode, alone.stderr]).toEqual([
    2,
    expect.stringMatching(/^Asking for 2 answers: nowhere\/model ×2\nerror: Unknown model "nowhere\/model"\. .*\n$/),
  ]);

  const beside = await runInProcess([...bad, '--model', 'local/good'], { world: world() });
  expect([beside.exitCode, beside.stderr]).toEqual([
    0,
    expect.stringMatching(/\nnowhere\/model#1 \(\d of 2\): failed: Unknown model/),
  ]);
});

test('control characters of a model reach a file as they are, and a terminal never', async () => {
  const hostile = 'Answer \u001B]0;title\u0007with \u001B[2Jescapes, much longer than the candidates are.';
  const piped = await runInProcess(ARGV, { world: world({ fused: hostile }) });
  expect(piped.stdout).toBe(`${hostile}\n`);
  expect(piped.stderr).not.toContain('\u001B');
  const terminal = await runInProcess(ARGV, {
    world: world({ fused: hostile }),
    stdout: new StringOutput({ isTTY: true }),
  });
  expect(terminal.stdout).toBe('Answer with escapes, much longer than the candidates are.\n');
});

test('on a terminal an area is drawn and taken away again before the answer', async () => {
  const stderr = new StringOutput({ isTTY: true });
  const model = new FakeLanguageModel({
    answer: (_, index) => ({ words: ['word ', `number ${index} `, 'end'.repeat(index)], pauseMs: 60 }),
  });
  const { ranker } = world();
  const { exitCode, stdout } = await runInProcess(['ask', 'Why?', '--model', 'm', '--samples', '2'], {
    stderr,
    world: { models: { m: model }, ...(ranker && { ranker }) },
  });
  expect([exitCode, stdout]).toEqual([0, 'word number 2 endend\n']);
  expect(stderr.text).toContain('\u001B[1mBlending 2 answers');
  expect(stderr.text).toContain('▸');
  expect(stderr.text.lastIndexOf('\u001B[?7h')).toBeGreaterThan(stderr.text.lastIndexOf('\u001B[?7l'));
  expect(stderr.text.slice(stderr.text.lastIndexOf('\u001B[?7h'))).toContain('Answer: fused.');
});

test('CI, a dumb terminal and a pipe get plain lines', async () => {
  for (const env of [{ CI: 'true' }, { TERM: 'dumb' }]) {
    const { stderr } = await runInProcess([...ARGV, '--no-fusion'], {
      env,
      stderr: new StringOutput({ isTTY: true }),
      world: world(),
    });
    expect(stderr).not.toContain('\u001B[?7l');
    expect(stderr).toContain('Asking for 3 answers');
  }
});
