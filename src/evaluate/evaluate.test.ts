import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createBlender } from '../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { compareRuns } from './compare-runs.ts';
import { runEvaluation, type RunEvaluationOptions, type RunPart } from './evaluate.ts';
import { readEvaluated } from './results/join-answers.ts';
import { summarizeRun } from './results/summarize.ts';
import { checkLimits, parseLimit } from './tables/limits.ts';
import { toJUnit } from './tables/junit.ts';
import { toMarkdown } from './tables/markdown.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const sourceOf = (rows: readonly object[]) => [
  { name: 'data.jsonl', chunks: Readable.from([rows.map((row) => JSON.stringify(row)).join('\n')]) },
];

async function run(options: RunEvaluationOptions): Promise<readonly RunPart[]> {
  const parts: RunPart[] = [];
  for await (const part of runEvaluation(options)) parts.push(part);
  return parts;
}

/** Figures of a row as plain numbers. */
function valuesOf(rows: readonly Readonly<Record<string, unknown>>[] | undefined, label: string, name: string) {
  const row = rows?.find((one) => one[label] === name);
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([key, figure]) => [
      key,
      typeof figure === 'object' && figure !== null ? Reflect.get(figure, 'value') : figure,
    ]),
  );
}

/** Prefers the longer text, in both orders alike. */
const longer = () => new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });

const PAIRS = [
  { id: '1', instruction: 'Q1', a: 'longer answer', b: 'short', label: 1 },
  { id: '2', instruction: 'Q2', a: 'no', b: 'a long wrong one', label: 1 },
  { id: '3', instruction: 'Q3', a: 'x', b: 'xyz', label: 0 },
  { id: '4', instruction: 'Q3', a: 'same', b: 'size', label: 0.5 },
  { id: '5', instruction: 'Q4', a: 'broken' },
];

test('a ranker on pairs, beside baselines; a tie and a broken row are in no figure', async () => {
  const output = await makeFolder();
  const ranker = longer();
  const parts = await run({ kind: 'ranker', output, sources: sourceOf(PAIRS), rankers: [{ name: 'longer', ranker }] });
  expect(parts.filter(({ type }) => type === 'data-problem')).toMatchObject([
    { problem: { place: 'data.jsonl, line 5', reason: expect.stringContaining('b is missing') }, isUsed: false },
  ]);
  const results = await summarizeRun(output, { join: true });
  expect(results.data).toMatchObject({ examples: 4, prompts: 3, read: 5, skipped: 1 });
  expect(results.decidedBy).toBe('verdicts in the data');
  expect(valuesOf(results.rankers, 'ranker', 'longer')).toMatchObject({
    n: 3,
    accuracy: 2 / 3,
    longerBetter: 1,
    shorterBetter: 0,
    lengthBalanced: 0.5,
    longer: 1,
    flipRate: 0,
  });
  expect(valuesOf(results.baselines, 'baseline', 'random')).toMatchObject({ accuracy: 0.5 });
  expect(valuesOf(results.baselines, 'baseline', 'longest')).toMatchObject({ accuracy: 2 / 3 });
  expect(valuesOf(results.baselines, 'baseline', 'oracle')).toMatchObject({ accuracy: 1 });
  expect(results.systems).toMatchObject([{ name: 'longer', done: 4, failed: 0, spent: { modelCalls: 8 } }]);
});

const model = (name: string, output: string, preference: number) => ({ model: name, output, preference });
const POOLS = [
  {
    id: 'a',
    instruction: 'Q1',
    dataset: 'x',
    candidates: [model('m', 'aa', 0.9), model('n', 'aaa', 0.5), model('o', 'a', 0.1)],
  },
  {
    id: 'b',
    instruction: 'Q2',
    dataset: 'x',
    candidates: [model('m', 'b', 0.2), model('n', 'bbb', 0.8), model('o', 'bb', 0.2)],
  },
];

test('a ranker on pools: what it picks, how it orders, and what each model is worth', async () => {
  const output = await makeFolder();
  await run({ kind: 'ranker', output, sources: sourceOf(POOLS), rankers: [{ name: 'longer', ranker: longer() }] });
  const results = await summarizeRun(output, { join: true });
  const found = valuesOf(results.rankers, 'ranker', 'longer');
  expect(found).toMatchObject({ n: 2, preference: 0.65, pick: 0.65, rank: 1.5, top1: 0.5, top2: 1, winRate: 0.75 });
  // Pairs with a winner: 3 in the first pool, 2 in the second, of which the longer text is better in 2 and 2.
  expect(found['accuracy']).toBeCloseTo(4 / 5);
  // Distances of ranks: |2-1| + |1-2| + 0 and, with two candidates that share rank 2, |3-2| + 0 + 0.
  expect(found['footrule']).toBeCloseTo(1.5);
  expect(valuesOf(results.baselines, 'baseline', 'random')).toMatchObject({
    preference: expect.closeTo(0.45),
    rank: expect.closeTo((2 + 5 / 3) / 2),
  });
  expect(valuesOf(results.baselines, 'baseline', 'best single model')).toMatchObject({ model: 'n', rank: 1.5 });
  expect(valuesOf(results.baselines, 'baseline', 'oracle')).toMatchObject({
    preference: expect.closeTo(0.85),
    rank: 1,
  });
});

test('no correlation by model where examples have different models, and an interval for chance that is that of all its draws', async () => {
  const output = await makeFolder();
  const rows = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    instruction: `Q${index}`,
    candidates: ['m', 'n', 'o', 'p']
      .filter((_name, place) => place !== index % 4)
      .map((name, place) => model(name, 'x'.repeat(1 + ((index * 7 + place * 5) % 11)), place)),
  }));
  await run({ kind: 'ranker', output, sources: sourceOf(rows), rankers: [{ name: 'longer', ranker: longer() }] });
  const results = await summarizeRun(output, { join: true });
  const agreement = results.tables.find(({ id }) => id === 'agreement');
  expect(agreement?.columns.map(({ key }) => key)).toContain('examplePearson');
  expect(agreement?.columns.map(({ key }) => key)).not.toContain('pearson');
  // Wilson's interval of 40 of 120, and not of 13 of 40.
  const chance = results.baselines.find(({ baseline }) => baseline === 'random')?.['top1'];
  expect(chance).toMatchObject({
    value: expect.closeTo(1 / 3),
    low: expect.closeTo(0.255, 3),
    high: expect.closeTo(0.4217, 3),
  });
});

const MIX = [
  {
    id: 's/1',
    instruction: 'Q',
    input: '',
    output: 'the cat sat',
    candidates: ['m1', 'm2', 'm3'].map((name) => ({
      decoding_method: '',
      model: name,
      text: `${name} the cat`,
      scores: {},
    })),
    cmp_results: JSON.stringify({ 'm1,m2': 'Same good', 'm1,m3': 'A is better', 'm3,m2': 'Same bad' }),
  },
];

test('models by the verdicts of MixInstruct: GPT-Rank, and wins by all three rules', async () => {
  const output = await makeFolder();
  await run({ kind: 'models', output, sources: sourceOf(MIX) });
  const results = await summarizeRun(output, { join: true, against: ['m1'], metrics: ['rouge1'] });
  const values = (name: string) => valuesOf(results.models, 'model', name);
  expect(values('m1')).toMatchObject({ gptRank: 1, top1: 1, winRate: 0.75, 'printed:m1': 0, 'corrected:m1': 0.5 });
  expect(values('m2')).toMatchObject({
    gptRank: 2,
    'printed:m1': 1,
    'corrected:m1': 0.5,
    'half-tie:m1': 0.5,
    bothBad: 0.5,
  });
  expect(values('m3')).toMatchObject({ gptRank: 3, 'printed:m1': 0, 'corrected:m1': 0, rouge1: expect.closeTo(2 / 3) });
  expect(results.winMatrix?.rates).toEqual([
    [null, 0.5, 1],
    [0.5, null, 0.5],
    [0, 0.5, null],
  ]);
  expect(results.ratings?.models[0]).toMatchObject({ model: 'm1', wins: 1, ties: 1 });
});

test('a judge decides where the data say nothing', async () => {
  const output = await makeFolder();
  const rows = POOLS.map((row) => ({
    ...row,
    candidates: row.candidates.map(({ model: name, output: text }) => ({ model: name, text })),
  }));
  await run({ kind: 'models', output, sources: sourceOf(rows), judges: [{ name: 'longer', ranker: longer() }] });
  const results = await summarizeRun(output, { join: true });
  expect(results.decidedBy).toBe('the judge longer');
  expect(valuesOf(results.models, 'model', 'n')).toMatchObject({ gptRank: 1, winRate: 1, longer: 1 });
});

test('figures, metrics and comparisons of a stored run make no call', async () => {
  const [output, other] = [await makeFolder(), await makeFolder()];
  const ranker = longer();
  const shorter = new FakePairRanker({ name: 'shorter', judge: ({ left, right }) => right.length - left.length });
  await run({ kind: 'ranker', output, sources: sourceOf(PAIRS), rankers: [{ name: 'r', ranker }] });
  await run({ kind: 'ranker', output: other, sources: sourceOf(PAIRS), rankers: [{ name: 'r', ranker: shorter }] });
  const before = await summarizeRun(output, { join: true });
  await summarizeRun(other, { join: true });
  const calls = ranker.calls.length + shorter.calls.length;
  await rm(join(output, 'jobs'), { recursive: true });
  const again = await summarizeRun(output);
  expect(again).toEqual(before);
  const words = {
    name: 'words',
    score: (answers: readonly { candidate: string }[]) => answers.map(({ candidate }) => candidate.split(' ').length),
  };
  await summarizeRun(output, { metrics: [words] });
  const measured = [];
  for await (const { candidates } of readEvaluated(output))
    measured.push(candidates.map(({ metrics }) => metrics['words']));
  expect(measured).toEqual([
    [2, 1],
    [1, 4],
    [1, 1],
    [1, 1],
  ]);
  const comparison = await compareRuns({ a: output, b: other });
  const accuracy = comparison.differences.find(({ a, figure }) => a === 'r' && figure === 'accuracy');
  expect(comparison).toMatchObject({ shared: 4, onlyA: 0, onlyB: 0 });
  expect(accuracy?.comparison.difference.value).toBeCloseTo(-1 / 3);
  expect(accuracy?.mcNemar).toMatchObject({ onlyLeft: 2, onlyRight: 1 });
  // Baselines are the same in both runs, so nothing is corrected for them.
  expect(accuracy?.adjustedPValue).toBe(accuracy?.comparison.pValue);
  expect(ranker.calls.length + shorter.calls.length).toBe(calls);
});

test('figures tell how far they are, and an abort between two of them leaves the results as they were', async () => {
  const output = await makeFolder();
  const rows = POOLS.map((pool) => ({ ...pool, reference: 'what is asked for' }));
  await run({ kind: 'ranker', output, sources: sourceOf(rows), rankers: [{ name: 'longer', ranker: longer() }] });
  const seen: string[] = [];
  await summarizeRun(output, {
    join: true,
    onProgress: ({ stage, done, total, figure }) => seen.push(figure ?? `${stage}: ${done} of ${total}`),
  });
  expect(seen).toEqual(
    expect.arrayContaining([
      `answers: ${rows.length} of ${rows.length}`,
      'Accuracy',
      'Preference',
      'Win rate of longer',
    ]),
  );
  const before = await readFile(join(output, 'results.json'), 'utf8');
  const stop = new AbortController();
  const aborted = summarizeRun(output, {
    seed: 2,
    abortSignal: stop.signal,
    // As a signal of the terminal does, which comes while figures are computed.
    onProgress: ({ figure }) => figure === 'Preference' && setImmediate(() => stop.abort(new Error('enough'))),
  });
  await expect(aborted).rejects.toThrow('enough');
  expect(await readFile(join(output, 'results.json'), 'utf8')).toBe(before);
});

test('a run that is left goes on where it was, and ends with the same files', async () => {
  const [output, whole] = [await makeFolder(), await makeFolder()];
  const rows = Array.from({ length: 12 }, (_, index) => ({ ...PAIRS[index % 3], id: `p${index}` }));
  const ranker = longer();
  const options = { kind: 'ranker', rankers: [{ name: 'longer', ranker }], concurrency: 1 } as const;
  let ended = 0;
  for await (const part of runEvaluation({ ...options, output, sources: sourceOf(rows) })) {
    if (part.type === 'example-end' && (ended += 1) === 5) break;
  }
  const first = ranker.calls.length;
  await run({ ...options, output, sources: sourceOf(rows) });
  expect(first).toBeGreaterThanOrEqual(5);
  expect(ranker.calls.length).toBeLessThan(first + rows.length);
  await run({ ...options, output: whole, sources: sourceOf(rows) });
  await summarizeRun(output, { join: true });
  await summarizeRun(whole, { join: true });
  for (const name of ['results.json', 'examples.jsonl', 'data.jsonl', 'run.json']) {
    expect(await readFile(join(output, name), 'utf8')).toBe(await readFile(join(whole, name), 'utf8'));
  }
});

test('a ranker that is added later does not ask the others again', async () => {
  const output = await makeFolder();
  const [first, second] = [longer(), new FakePairRanker({ judge: () => 0 })];
  await run({ kind: 'ranker', output, sources: sourceOf(PAIRS), rankers: [{ name: 'first', ranker: first }] });
  const calls = first.calls.length;
  await run({ kind: 'ranker', output, sources: sourceOf(PAIRS), rankers: [{ name: 'second', ranker: second }] });
  const results = await summarizeRun(output, { join: true });
  expect(first.calls.length).toBe(calls);
  expect(results.rankers?.map(({ ranker }) => ranker)).toEqual(['first', 'second']);
});

test('an example that a ranker fails on is counted, and done once more if asked', async () => {
  const output = await makeFolder();
  let isBroken = true;
  const ranker = new FakePairRanker({
    name: 'fragile',
    judge: ({ left, right }) => {
      if (isBroken && (left === 'no' || right === 'no')) throw new Error('it broke');
      return left.length - right.length;
    },
  });
  const options = { kind: 'ranker', output, rankers: [{ name: 'fragile', ranker }] } as const;
  const parts = await run({ ...options, sources: sourceOf(PAIRS) });
  expect(parts.at(-1)).toMatchObject({ type: 'run-end', failed: 1 });
  const results = await summarizeRun(output, { join: true });
  expect(results.systems[0]).toMatchObject({
    done: 3,
    failed: 1,
    failures: [{ id: '2', message: expect.stringContaining('it broke') }],
  });
  expect(valuesOf(results.rankers, 'ranker', 'fragile')).toMatchObject({ n: 2, accuracy: 1 });
  isBroken = false;
  await run({ ...options, sources: sourceOf(PAIRS), retryFailed: true });
  expect((await summarizeRun(output, { join: true })).systems[0]).toMatchObject({ done: 4, failed: 0 });
});

test('a blend: one model alone, the best candidate, the fused text and the kept one, each K', async () => {
  const output = await makeFolder();
  const answers = ['one two', 'one two three', 'one'];
  const members = answers.map((answer, index) => new FakeLanguageModel({ modelId: `m${index}`, answer }));
  const fuser = new FakeLanguageModel({ modelId: 'fuser', answer: 'one two three four' });
  const judge = longer();
  await using blender = createBlender({
    blends: { mine: { models: members.map((one) => ({ model: one })), ranker: longer(), fuser, topK: 2 } },
  });
  const rows = ['Q1', 'Q2'].map((instruction) => ({ id: instruction, instruction, reference: 'one two three four' }));
  const options = {
    kind: 'blend',
    output,
    blends: ['mine'],
    topK: [2, 3],
    judges: [{ name: 'judge', ranker: judge }],
    blender,
  } as const;
  await run({ ...options, sources: sourceOf(rows) });
  const results = await summarizeRun(output, { join: true, metrics: ['rouge1'] });
  const rouge = (list: typeof results.blends, label: string, name: string) => valuesOf(list, label, name)['rouge1'];
  expect(rouge(results.baselines, 'baseline', 'mine: fake/m0 alone')).toBeCloseTo(2 / 3);
  expect(rouge(results.blends, 'blend', 'mine: best candidate')).toBeCloseTo(6 / 7);
  expect(rouge(results.blends, 'blend', 'mine: kept, K = 2')).toBe(1);
  expect(rouge(results.blends, 'blend', 'mine: fused, K = 3')).toBe(1);
  expect(valuesOf(results.blends, 'blend', 'mine: kept, K = 3')).toMatchObject({
    'winRate:judge': expect.closeTo((1 + 1 + 1 + 1 + 0.5 * 3) / 7),
  });
  expect(rouge(results.baselines, 'baseline', 'mine: random candidate')).toBeCloseTo((2 / 3 + 6 / 7 + 2 / 5) / 3);
  expect(results.tables.find(({ id }) => id === 'decisions')?.rows[0]?.cells).toMatchObject({
    fused: { value: 1 },
    kept: { value: 1 },
    agreement: { value: 1 },
  });
  // Candidates are generated once for both K.
  expect(members.map(({ calls }) => calls.length)).toEqual([2, 2, 2]);
  expect(fuser.calls.length).toBe(4);
});

test('limits, JUnit and Markdown', async () => {
  const output = await makeFolder();
  await run({ kind: 'ranker', output, sources: sourceOf(PAIRS), rankers: [{ name: 'a<b|c', ranker: longer() }] });
  const results = await summarizeRun(output, { join: true });
  const limits = ['accuracy=0.6', 'ece=0', 'longest:accuracy=0.9'].map(parseLimit);
  const checked = checkLimits(results, limits);
  expect(checked.map(({ isReached }) => isReached)).toEqual([true, false, false]);
  expect(() => checkLimits(results, [parseLimit('acuracy=0.5')])).toThrow('Figures: accuracy,');
  expect(() => parseLimit('accuracy')).toThrow('expected FIGURE=VALUE');
  const junit = toJUnit(results, checked);
  expect(junit).toContain('tests="5" failures="3" errors="0"');
  expect(junit).toContain('a&lt;b|c answers every example');
  expect(toMarkdown(results)).toContain('| ranker | a\\<b\\|c | 3 | **66.7 [');
});

test.each([
  [{ kind: 'ranker', rankers: [] }, 'Invalid rankers'],
  [{ kind: 'ranker', rankers: ['small'], limit: 0 }, 'Invalid limit 0'],
  [{ kind: 'blend', blends: ['local'], topK: [0] }, 'Invalid topK 0'],
  [{ kind: 'models', categories: ['none'] }, 'no example has the category none'],
])('refuses %j', async (options, message) => {
  const output = await makeFolder();
  await expect(run({ output, sources: sourceOf(PAIRS), ...options } as never)).rejects.toThrow(message);
});

test('a folder keeps to its data and its kind', async () => {
  const output = await makeFolder();
  await run({ kind: 'models', output, sources: sourceOf(PAIRS) });
  await expect(run({ kind: 'models', output, sources: sourceOf(PAIRS.slice(1)) })).rejects.toThrow(
    'begun with other data',
  );
  await expect(run({ kind: 'ranker', rankers: ['small'], output, sources: sourceOf(PAIRS) })).rejects.toThrow(
    'it has a run of evaluate models',
  );
  await writeFile(join(output, 'run.json'), '{');
  await expect(summarizeRun(output)).rejects.toThrow('run.json is damaged');
  await expect(summarizeRun(await makeFolder())).rejects.toThrow('there is no run of evaluate in it');
});
