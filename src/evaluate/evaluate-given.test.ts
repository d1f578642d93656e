import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { ModelCallError } from '../error/index.ts';
import { createBlender } from '../index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { compareRuns } from './compare-runs.ts';
import { runEvaluation, type RunEvaluationOptions, type RunPart } from './evaluate.ts';
import { summarizeRun } from './results/summarize.ts';
import { estimateEvaluation } from './run/estimate-evaluation.ts';
import { toMarkdown } from './tables/markdown.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-given-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const sourceOf = (rows: readonly object[]) => [
  { name: 'mix.jsonl', chunks: Readable.from([rows.map((row) => JSON.stringify(row)).join('\n')]) },
];

async function run(options: RunEvaluationOptions): Promise<readonly RunPart[]> {
  const parts: RunPart[] = [];
  for await (const part of runEvaluation(options)) parts.push(part);
  return parts;
}

const longer = () => new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });

/** In the form of MixInstruct: the data's own rougeL is of another scale than that of this package. */
const mix = (index: number, texts: Readonly<Record<string, string>>, others: object = {}) => ({
  id: `set/${index}`,
  instruction: `Question ${index}`,
  input: '',
  output: 'one two three four',
  candidates: Object.entries(texts).map(([model, text]) => ({
    decoding_method: 'top_p_sampling',
    model,
    text,
    scores: { rougeL: 50, bleurt: -text.length },
  })),
  ...others,
});

const ROWS = [
  mix(1, { m: 'one', n: 'one two', o: 'one two three' }, { cmp_results: '{"m,n":"B is better","n,o":"B is better"}' }),
  mix(2, { m: 'one', n: 'one two', o: 'one two three' }, { cmp_results: '{"m,n":"A is better","m,o":"A is better"}' }),
  mix(3, { m: 'five six seven', n: 'one two' }, { cmp_results: 'null' }),
];

function blenderWith(answer: string) {
  const fuser = new FakeLanguageModel({ modelId: 'fuser', answer });
  const member = new FakeLanguageModel({ modelId: 'member', answer: 'never asked' });
  const ranker = longer();
  const blender = createBlender({ blends: { mine: { models: [member], ranker, fuser, topK: 2 } } });
  onTestFinished(() => blender.dispose());
  return { blender, fuser, member, ranker };
}

type Rows = Awaited<ReturnType<typeof summarizeRun>>['blends'];

function figure(rows: Rows, name: string, key: string): unknown {
  const found = rows?.find((row) => row['blend'] === name || row['baseline'] === name)?.[key];
  return typeof found === 'object' ? found.value : found;
}

test('the candidates of the data are ranked, fused for each K and checked; the members are not asked', async () => {
  const output = await makeFolder();
  const { blender, fuser, member, ranker } = blenderWith('one two three four');
  const parts = await run({
    kind: 'blend',
    candidates: 'data',
    blends: ['mine'],
    topK: [1, 2, 3, 5],
    output,
    sources: sourceOf([...ROWS, mix(4, { m: 'alone' })]),
    blender,
  });
  expect(parts.filter(({ type }) => type === 'data-problem')).toMatchObject([
    { problem: { place: 'mix.jsonl, line 4', reason: 'it has 1 candidate, and at least 2 are needed.' } },
  ]);
  expect(member.calls).toEqual([]);
  // Both orders of 3, 3 and 1 pairs, and of the check: K = 5 fuses what a smaller K has fused.
  expect(ranker.calls.length).toBeGreaterThan(0);
  expect(fuser.calls.length).toBe(2 + 2 + 1);
  const results = await summarizeRun(output, { join: true, metrics: ['rougeL'], against: ['m'] });
  const { blends, baselines } = results;
  expect(results).toMatchObject({ candidates: 'data', decidedBy: 'verdicts in the data', withoutVerdict: 1 });
  // Ranks of the choices: in the first example o is first, in the second m, and o is last.
  expect(figure(blends, 'mine: best candidate', 'gptRank')).toBe((1 + 2) / 2);
  expect(figure(baselines, 'm', 'gptRank')).toBe((3 + 1) / 2);
  expect(figure(baselines, 'oracle', 'gptRank')).toBe(1);
  expect(figure(baselines, 'random', 'gptRank')).toBeCloseTo(((1 + 2 + 3) / 3 + (1 + 2 + 2) / 3) / 2);
  expect(figure(blends, 'mine: best candidate', 'top1')).toBe(0.5);
  expect(figure(blends, 'mine: fused, K = 2', 'gptRank')).toBeUndefined();
  expect(figure(blends, 'mine: fused, K = 2', 'bleurt')).toBeUndefined();
  expect(figure(blends, 'mine: kept, K = 1', 'gptRank')).toBeUndefined();
  // Measured here for all rows alike, and not read from the data.
  expect(figure(blends, 'mine: fused, K = 2', 'rougeL')).toBe(1);
  expect(figure(baselines, 'n', 'rougeL')).toBeCloseTo(2 / 3);
  expect(figure(blends, 'mine: best candidate', 'rougeL')).toBeCloseTo((6 / 7 + 6 / 7 + 0) / 3);
  expect(figure(baselines, 'oracle by rougeL', 'rougeL')).toBeCloseTo((6 / 7 + 6 / 7 + 2 / 3) / 3);
  expect(figure(baselines, 'best single model (o)', 'gptRank')).toBe(1.5);
  expect(figure(baselines, 'o', 'n')).toBe(2);
  expect(results.notes).toEqual([
    expect.stringContaining('No fused text is in them, so what is fused has no GPT-Rank'),
    'mine, K = 3: 1 of 3 examples have fewer different candidates, and all that they have were fused.',
    'mine, K = 5: 3 of 3 examples have fewer different candidates, and all that they have were fused.',
  ]);
  const report = toMarkdown(results);
  expect(report).toContain('| best | mine: best candidate | 3 |');
  expect(report).toMatch(/\| group \| method \| n \| GPT-Rank \| Top-1 %/);
  expect(results.tables.find(({ id }) => id === 'decisions')?.rows[1]?.cells).toMatchObject({
    fused: { value: 1 },
    kept: { value: 1 },
    agreement: { value: 1 },
  });
});

test('a second start asks nothing, and all files stay as they are', async () => {
  const output = await makeFolder();
  const { blender, fuser, ranker } = blenderWith('one two three four');
  const options = { kind: 'blend', candidates: 'data', blends: ['mine'], output, blender } as const;
  await run({ ...options, sources: sourceOf(ROWS) });
  const before = await summarizeRun(output, { join: true });
  expect(Object.keys(before.method.metrics)).toEqual(['rougeL', 'rouge2', 'bleu', 'chrf']);
  const calls = [fuser.calls.length, ranker.calls.length];
  const content = await readFile(join(output, 'examples.jsonl'), 'utf8');
  await run({ ...options, sources: sourceOf(ROWS) });
  await expect(summarizeRun(output, { join: true })).resolves.toEqual(before);
  await expect(summarizeRun(output)).resolves.toEqual(before);
  expect([fuser.calls.length, ranker.calls.length]).toEqual(calls);
  expect(await readFile(join(output, 'examples.jsonl'), 'utf8')).toBe(content);
  const { differences } = await compareRuns({ a: output, b: output });
  expect(differences).toContainEqual(expect.objectContaining({ a: 'mine: best candidate', figure: 'gptRank' }));
  await expect(run({ kind: 'blend', blends: ['mine'], output, blender, sources: sourceOf(ROWS) })).rejects.toThrow(
    'it has a run of evaluate blend with candidates of the data.',
  );
});

test('warnings before anything is asked: no references, and a K that no example has', async () => {
  const output = await makeFolder();
  const { blender } = blenderWith('one two three four');
  const warnings: string[] = [];
  const rows = ROWS.map((row) => ({ ...row, output: null }));
  const blends = ['mine'];
  await run({
    kind: 'blend',
    candidates: 'data',
    blends,
    topK: [2, 9],
    output,
    blender,
    sources: sourceOf(rows),
    onWarning: (message) => warnings.push(message),
  });
  expect(warnings).toEqual([
    expect.stringContaining('None of the 3 examples has a reference answer, and no judge is named'),
    'No example has more than 3 candidates, so K = 9 fuses all that there are.',
  ]);
  const results = await summarizeRun(output, { join: true });
  expect(results.notes).toContainEqual(expect.stringContaining('No example has a reference answer'));
});

test('a judge compares the fused texts with every candidate', async () => {
  const output = await makeFolder();
  const { blender } = blenderWith('one two three four');
  const judges = [{ name: 'judge', ranker: longer() }];
  await run({
    kind: 'blend',
    candidates: 'data',
    blends: ['mine'],
    output,
    judges,
    blender,
    sources: sourceOf(ROWS.slice(0, 2)),
  });
  const { blends, baselines } = await summarizeRun(output, { join: true });
  // Against m, n, o and the best candidate it wins; the kept text is the same, which is a tie.
  expect(figure(blends, 'mine: fused, K = 2', 'winRate:judge')).toBeCloseTo(4.5 / 5);
  expect(figure(baselines, 'm', 'winRate:judge')).toBe(0);
});

test('an empty fused text leaves the best candidate; what fails is an example that fails', async () => {
  const output = await makeFolder();
  const { blender } = blenderWith('  ');
  await run({ kind: 'blend', candidates: 'data', blends: ['mine'], output, blender, sources: sourceOf(ROWS) });
  const empty = await summarizeRun(output, { join: true });
  expect(figure(empty.blends, 'mine: kept, K = 2', 'rougeL')).toBe(
    figure(empty.blends, 'mine: best candidate', 'rougeL'),
  );
  const broken = new FakePairRanker({
    name: 'fragile',
    judge: ({ left, right }) => {
      if (left.startsWith('five')) throw new Error('it broke');
      return left.length - right.length;
    },
  });
  const fragile = createBlender({
    blends: { mine: { models: [longerModel()], ranker: broken, fuser: longerModel() } },
  });
  onTestFinished(() => fragile.dispose());
  const other = await makeFolder();
  const options = { kind: 'blend', candidates: 'data', blends: ['mine'], output: other, blender: fragile } as const;
  const parts = await run({ ...options, sources: sourceOf(ROWS) });
  expect(parts.at(-1)).toMatchObject({ type: 'run-end', failed: 1 });
  const results = await summarizeRun(other, { join: true });
  expect(figure(results.blends, 'mine: best candidate', 'n')).toBe(2);
  expect(figure(results.baselines, 'm', 'n')).toBe(3);
});

test('texts that the fuser cannot fuse leave the best candidate, and any other failure of it fails the example', async () => {
  const runWith = async (kind: 'error' | 'refused') => {
    const output = await makeFolder();
    const fuser = new FakeLanguageModel({
      modelId: 'fuser',
      answer: new ModelCallError({ kind, model: 'f', message: 'no' }),
    });
    const blender = createBlender({ blends: { mine: { models: [longerModel()], ranker: longer(), fuser, topK: 2 } } });
    onTestFinished(() => blender.dispose());
    await run({ kind: 'blend', candidates: 'data', blends: ['mine'], output, blender, sources: sourceOf(ROWS) });
    return summarizeRun(output, { join: true });
  };
  const { blends, systems } = await runWith('error');
  expect(systems).toMatchObject([{ done: 3, failed: 0 }]);
  expect(figure(blends, 'mine: fused, K = 2', 'rougeL')).toBe(figure(blends, 'mine: best candidate', 'rougeL'));
  expect(await runWith('refused')).toMatchObject({ systems: [{ done: 0, failed: 3 }] });
});

const longerModel = () => new FakeLanguageModel({ modelId: 'writer', answer: 'one two three four' });

test('a blend whose fuser depends on the members is refused, and an estimate asks nothing', async () => {
  const output = await makeFolder();
  const [one, other] = ['one', 'other'].map((modelId) => new FakeLanguageModel({ modelId, answer: 'x' }));
  if (one === undefined || other === undefined) throw new Error('there are two');
  const blender = createBlender({
    prices: { 'fake/one': { inputPerMillion: 1, outputPerMillion: 2 } },
    blends: { open: { models: [one, other] }, mine: { models: [one, other], ranker: { judge: one }, fuser: one } },
  });
  onTestFinished(() => blender.dispose());
  const options = { kind: 'blend', candidates: 'data', output, topK: [2, 3] } as const;
  await expect(run({ ...options, blends: ['open'], blender, sources: sourceOf(ROWS) })).rejects.toThrow(
    'Invalid blend "open": it has no fuser of its own',
  );
  const { examples, estimate } = await estimateEvaluation(
    { ...options, blends: ['mine'], sources: sourceOf(ROWS) },
    blender,
  );
  expect(examples).toBe(3);
  // 3 + 3 + 1 pairs in both orders, and for each K a fusion and its check, in each of three examples.
  expect(estimate.parts.map(({ phase, calls }) => [phase, calls.atLeast])).toEqual([
    ['rank', 14],
    ['fuse', 6],
    ['check', 12],
  ]);
  expect(estimate.unknownPrices).toEqual([]);
  expect(one.calls).toEqual([]);
});
