import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { DataSet } from './data/data-set.ts';
import { type ExampleItem, readExamples } from './data/read-examples.ts';
import { runEvaluation } from './evaluate.ts';
import type { EvaluationMetric } from './results/metric.ts';
import { readEvaluated } from './results/join-answers.ts';
import { summarizeRun } from './results/summarize.ts';

const ROW = {
  instruction: 'Q',
  a: 'Really? Sure?',
  b: 'Yes.',
  model_a: 'x',
  model_b: 'y',
  label: 0,
  reference: 'Yes.',
};

const sources = () => [{ name: 'data.jsonl', chunks: Readable.from([JSON.stringify(ROW)]) }];

/** The folder of a run over {@link ROW}. */
async function makeRun(): Promise<string> {
  const output = await mkdtemp(join(tmpdir(), 'own-metric-'));
  onTestFinished(() => rm(output, { recursive: true }));
  for await (const part of runEvaluation({ kind: 'models', sources: sources(), output })) void part;
  return output;
}

const metric = (others: Partial<EvaluationMetric>): EvaluationMetric => ({
  name: 'questions',
  score: (answers) => answers.map(({ candidate }) => candidate.split('?').length - 1),
  ...others,
});

async function figuresIn(folder: string): Promise<unknown> {
  for await (const { candidates } of readEvaluated(folder))
    return candidates.map(({ metrics }) => metrics['questions']);
  return undefined;
}

test('of a metric of which lower is better, the best answer is that with the lowest figure', async () => {
  const output = await makeRun();
  const results = async (better: 'lower' | 'neither') =>
    summarizeRun(output, { join: true, metrics: [metric({ better })] });
  const lower = await results('lower');
  expect(lower.baselines).toContainEqual(
    expect.objectContaining({ baseline: 'questions', questions: expect.objectContaining({ value: 0 }) }),
  );
  expect((await results('neither')).baselines).not.toContainEqual(expect.objectContaining({ baseline: 'questions' }));
});

test('a metric of the own is measured anew, as its code may have changed', async () => {
  const output = await makeRun();
  await summarizeRun(output, { metrics: [metric({})] });
  await expect(figuresIn(output)).resolves.toEqual([2, 0]);
  await summarizeRun(output, { metrics: [metric({ score: (answers) => answers.map(() => 7) })] });
  await expect(figuresIn(output)).resolves.toEqual([7, 7]);
});

test('methods of a class keep their this', async () => {
  class Words {
    readonly name = 'questions';
    readonly #sign = '.';
    score(answers: Parameters<EvaluationMetric['score']>[0]): readonly number[] {
      return answers.map(({ candidate }) => candidate.split(this.#sign).length - 1);
    }
  }
  const output = await makeRun();
  await summarizeRun(output, { metrics: [new Words()] });
  await expect(figuresIn(output)).resolves.toEqual([0, 1]);
});

test.each([
  [{ score: () => [1] }, 'it gave 1 figures for 2 answers.'],
  [{ score: () => ['x', 1] as never }, 'it gave "x" for an answer: expected a number'],
  [{ score: () => [undefined, 1] as never }, 'it gave undefined for an answer'],
  [{ score: () => 1 as never }, 'it gave no list of figures.'],
  [
    {
      score: () => {
        throw new Error('no network');
      },
    },
    'Invalid metric "questions": it failed: no network',
  ],
  [{ better: 'up' as never }, 'better must be higher, lower or neither.'],
  [{ name: '' }, 'a metric must have a name and a function score.'],
  [{ name: 'rougeL' }, 'two metrics have this name.'],
])('metric %# is refused', async (others, message) => {
  const output = await makeRun();
  await expect(summarizeRun(output, { metrics: ['rougeL', metric(others)] })).rejects.toThrow(message);
});

test('the reason of a signal is what an aborted metric ends with', async () => {
  const output = await makeRun();
  const controller = new AbortController();
  const score = () => {
    controller.abort(new Error('enough'));
    throw new Error('stopped');
  };
  const options = { metrics: [metric({ score })], abortSignal: controller.signal };
  await expect(summarizeRun(output, options)).rejects.toThrow('enough');
});

test.each([
  [undefined, 'toRow gave nothing'],
  [Promise.resolve({}), 'toRow gave a promise'],
  ['text', 'toRow gave "text"'],
])('a data set that gives %s says so of each row', async (given, reason) => {
  const dataSet: DataSet = { name: 'mine', toRow: () => given as never };
  const items: ExampleItem[] = [];
  for await (const item of readExamples({ sources: sources(), dataSets: [dataSet] })) items.push(item);
  expect(items).toMatchObject([
    { problem: { place: 'data.jsonl, line 1', reason: expect.stringContaining(`the data set mine: ${reason}`) } },
  ]);
});
