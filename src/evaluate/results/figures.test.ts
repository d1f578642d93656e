import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { FakePairRanker } from '../../test/index.ts';
import { compareRuns } from '../compare-runs.ts';
import { runEvaluation } from '../evaluate.ts';
import type { NamedRanker } from '../run/rank-example.ts';
import type { EvaluationResults } from './results-schema.ts';
import { summarizeRun, type SummaryOptions } from './summarize.ts';

/** A finished run of rows. */
async function runOf(
  rows: readonly object[],
  options: { kind: 'ranker'; rankers: readonly NamedRanker[] } | { kind: 'models'; judges?: readonly NamedRanker[] },
): Promise<string> {
  const output = await mkdtemp(join(tmpdir(), 'evaluate-figures-'));
  onTestFinished(() => rm(output, { recursive: true }));
  const chunks = Readable.from([rows.map((row) => JSON.stringify(row)).join('\n')]);
  for await (const part of runEvaluation({ ...options, output, sources: [{ name: 'data.jsonl', chunks }] })) {
    if (part.type === 'data-problem' || part.type === 'example-error') throw new Error(JSON.stringify(part));
  }
  return output;
}

async function resultsOf(
  rows: readonly object[],
  options: Parameters<typeof runOf>[1],
  summary: SummaryOptions = {},
): Promise<EvaluationResults> {
  return summarizeRun(await runOf(rows, options), { join: true, ...summary });
}

function rowOf(results: EvaluationResults, table: string, name: string) {
  const found = results.tables.find(({ id }) => id === table)?.rows.find((row) => row.name === name);
  if (found === undefined) throw new Error(`${table} has no row ${name}`);
  return found;
}

const undecided = new FakePairRanker({ name: 'undecided', judge: () => 0 });
const longer = new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });

test('a ranker that cannot decide chooses each candidate as often, whatever their order in the data', async () => {
  const rows = Array.from({ length: 6 }, (_, index) => ({
    id: `${index}`,
    instruction: `Q${index}`,
    candidates: [1, 0.5, 0].map((preference, place) => ({ model: `m${place}`, text: `text ${place}`, preference })),
  }));
  const results = await resultsOf(rows, { kind: 'ranker', rankers: [{ name: 'undecided', ranker: undecided }] });
  const { cells } = rowOf(results, 'choices', 'undecided');
  expect(cells).toMatchObject({
    rank: { value: 2 },
    preference: { value: 0.5 },
    winRate: { value: expect.closeTo(0.5, 12) },
  });
  expect(cells['top1']?.value).toBeCloseTo(1 / 3, 12);
  const counts = results.rankDistributions?.find(({ name }) => name === 'undecided')?.counts ?? [];
  for (const count of counts) expect(count).toBeCloseTo(2, 12);
});

test('of answers that are equally long, all are the longest, also for the win rate', async () => {
  const rows = ['left', 'right', 'right', 'right'].map((outcome, index) => ({
    id: `${index}`,
    instruction: `Q${index}`,
    candidates: [
      { model: 'a', text: 'same' },
      { model: 'b', text: 'size' },
    ],
    verdicts: [{ left: 0, right: 1, outcome }],
  }));
  const results = await resultsOf(rows, { kind: 'models' });
  const { cells } = rowOf(results, 'choices', 'longest');
  expect(cells['winRate']).toMatchObject({ value: 0.5, prompts: 4 });
  // Neither answer of any pair is longer.
  expect(cells['longer']).toBeUndefined();
});

const pair = (id: string, instruction: string, label: number, texts: readonly [string, string]) => ({
  id,
  instruction,
  a: texts[0],
  b: texts[1],
  label,
});

test('differences are those of the table where prompts have different numbers of examples, and the star is on its best', async () => {
  const rows = [
    ...[1, 2, 3, 4, 5].map((n) => pair(`long ${n}`, 'Q', 1, ['a long one', `no ${n}`])),
    ...[1, 2, 3].map((n) => pair(`short ${n}`, `Q${n}`, 1, ['yes', `far too long ${n}`])),
  ];
  const shorter = new FakePairRanker({ name: 'shorter', judge: ({ left, right }) => right.length - left.length });
  const rankers = [
    { name: 'shorter', ranker: shorter },
    { name: 'longer', ranker: longer },
  ];
  const results = await resultsOf(rows, { kind: 'ranker', rankers });
  expect(rowOf(results, 'pairs', 'longer').cells['accuracy']).toMatchObject({ value: 5 / 8, standing: 'best' });
  expect(rowOf(results, 'pairs', 'shorter').cells['accuracy']).toMatchObject({ value: 3 / 8, standing: 'tied' });
  const compared = results.comparisons.find(({ left, right }) => left === 'shorter' && right === 'longer');
  expect(compared?.difference).toMatchObject({ value: 3 / 8 - 5 / 8, prompts: 4 });
  expect(compared).toMatchObject({ leftHigher: 3, rightHigher: 1 });
  // Of two runs likewise; McNemar's test is for one example a prompt.
  const [a, b] = [
    await runOf(rows, { kind: 'ranker', rankers: [{ name: 'r', ranker: shorter }] }),
    await runOf(rows, { kind: 'ranker', rankers: [{ name: 'r', ranker: longer }] }),
  ];
  for (const folder of [a, b]) await summarizeRun(folder, { join: true });
  const { differences } = await compareRuns({ a, b });
  const accuracy = differences.find((one) => one.a === 'r' && one.figure === 'accuracy');
  expect(accuracy?.comparison.difference.value).toBe(5 / 8 - 3 / 8);
  expect(accuracy?.mcNemar).toBeUndefined();
});

test('only the same two answers in both orders tell of flips', async () => {
  const verdict = (id: string, first: string, second: string, winner: string) => ({
    id,
    prompt: 'Q',
    response_a: first,
    response_b: second,
    model_a: first.startsWith('x') ? 'x' : 'y',
    model_b: second.startsWith('x') ? 'x' : 'y',
    winner,
  });
  const habitsOf = async (rows: readonly object[]) => (await resultsOf(rows, { kind: 'models' })).habits?.[0]?.habits;
  // Other answers of the same models.
  const others = await habitsOf([verdict('1', 'x 1', 'y 1', 'model_a'), verdict('2', 'y 2', 'x 2', 'model_a')]);
  expect(others?.flipRate).toEqual({ of: 0 });
  const same = await habitsOf([verdict('1', 'x 1', 'y 1', 'model_a'), verdict('2', 'y 1', 'x 1', 'model_a')]);
  expect(same?.flipRate).toMatchObject({ of: 1, rate: { value: 1 } });
  // Each example of one prompt counts for a ranker.
  const rows = [1, 2, 3].map((n) => pair(`${n}`, 'Q', 1, [`one ${n}`, `the other ${n}`]));
  const { habits } = await resultsOf(rows, { kind: 'ranker', rankers: [{ name: 'longer', ranker: longer }] });
  expect(habits?.find(({ name }) => name === 'longer')?.habits.flipRate).toMatchObject({ of: 3, rate: { value: 0 } });
});

test('verdicts of a judge are not those of the data', async () => {
  const rows = [{ id: '1', instruction: 'Q', candidates: ['a', 'bb'].map((text) => ({ model: text, text })) }];
  const { habits, decidedBy } = await resultsOf(rows, { kind: 'models', judges: [{ name: 'longer', ranker: longer }] });
  expect(decidedBy).toBe('the judge longer');
  expect(habits?.map(({ name }) => name)).toEqual(['longer']);
});

test('a metric is computed where the data have a score of its name, and chooses what is better by it', async () => {
  const scored = (text: string, rougeL: number) => ({ model: text, text, scores: { rougeL, bleurt: rougeL } });
  const row = { id: '1', instruction: 'Q', candidates: [scored('one two', 10), scored('six?', 50)] };
  const questions = {
    name: 'questions',
    better: 'lower' as const,
    score: (answers: readonly { candidate: string }[]) =>
      answers.map(({ candidate }) => candidate.split('?').length - 1),
  };
  const metrics = ['rougeL', questions];
  const withReference = { ...row, reference: 'one two', verdicts: [{ left: 0, right: 1, outcome: 'left' }] };
  const measured = await resultsOf([withReference], { kind: 'models' }, { metrics });
  const cellsOf = (results: EvaluationResults, name: string) => rowOf(results, 'choices', name).cells;
  expect(cellsOf(measured, 'one two')).toMatchObject({ rougeL: { value: 1 }, bleurt: { value: 10 } });
  expect(cellsOf(measured, 'six?')).toMatchObject({ rougeL: { value: 0 } });
  // It needs no reference, so anybody can choose by it: a baseline, and the fewest questions are best.
  expect(rowOf(measured, 'choices', 'questions')).toMatchObject({
    group: 'baseline',
    cells: { gptRank: { value: 1 } },
  });
  // Without a reference the score is what stands in the data, and is called so.
  const stored = await resultsOf([row], { kind: 'models' }, { metrics });
  expect(cellsOf(stored, 'one two')).toMatchObject({ rougeL: { value: 10 } });
  expect(Object.keys(stored.method.metrics)).toEqual(['questions']);
});

test('the results say how each kind of figure is made, and no interval goes beyond what a figure can be', async () => {
  const rows = Array.from({ length: 12 }, (_, index) => ({
    id: `${index}`,
    instruction: `Q${index}`,
    candidates: ['a', 'b', 'c'].map((model) => ({ model, text: `${model}${index}` })),
    verdicts: [
      { left: 0, right: 1, outcome: index === 0 ? 'right' : 'left' },
      { left: 1, right: 2, outcome: 'left' },
    ],
  }));
  const results = await resultsOf(rows, { kind: 'models' });
  expect(rowOf(results, 'choices', 'a').cells).toMatchObject({
    gptRank: { low: 1, method: 'skew-corrected-t' },
    top1: { method: 'wilson' },
  });
  expect(Object.keys(results.method.recipes ?? {})).toContain('means');
});
