import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  DataFormatError,
  InvalidArgumentError,
  ModelNotFoundError,
  NoCandidatesError,
  RankerError,
  WeightsUnavailableError,
} from '../error/index.ts';
import { isLineError, type LinePart, type LineResult, runLines, type RunLinesOptions } from './run-lines.ts';

interface NumberResult extends LineResult {
  readonly value: number;
}

interface NumberRecord {
  readonly id: string | number | undefined;
  readonly n: number;
}

const schema = z.object({ id: z.string().optional(), n: z.number({ error: 'a number' }) }) as z.ZodType<NumberRecord>;
const neverAborted = new AbortController().signal;

async function* linesOf(count: number) {
  for (let n = 1; n <= count; n++) yield `{"n":${n}}\n`;
}

function run(
  chunks: AsyncIterable<string>,
  work: RunLinesOptions<NumberRecord, NumberResult>['work'],
  { concurrency, abortSignal = neverAborted }: { concurrency?: number; abortSignal?: AbortSignal } = {},
) {
  return runLines({ chunks, source: 'F.jsonl', schema, work, abortSignal, ...(concurrency && { concurrency }) });
}

async function collect(parts: AsyncIterable<LinePart<NumberResult>>) {
  const collected: LinePart<NumberResult>[] = [];
  for await (const part of parts) collected.push(part);
  return collected;
}

async function valuesOf(parts: AsyncIterable<LinePart<NumberResult>>) {
  return (await collect(parts)).map((part) => (part.type === 'line-end' ? part.result.value : part.type));
}

test('results come in the order of the lines, however long each takes, and no more are in work than allowed', async () => {
  let running = 0;
  let most = 0;
  const parts = run(
    linesOf(20),
    async ({ n }) => {
      running += 1;
      most = Math.max(most, running);
      await delay((n * 7) % 5);
      running -= 1;
      return { value: n * 10 };
    },
    { concurrency: 3 },
  );
  expect(await valuesOf(parts)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 10));
  expect(most).toBe(3);
});

test('lines are not taken ahead of what is wanted', async () => {
  let taken = 0;
  async function* source() {
    for (;;) yield `{"n":${++taken}}\n`;
  }
  const parts = run(source(), async ({ n }) => ({ value: n }));
  await parts.next();
  await delay(5);
  expect(taken).toBeLessThanOrEqual(3);
});

test('a source that waits for a result before it gives the next line gets it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* source() {
    yield '{"n":1}\n';
    await promise;
    yield '{"n":2}\n';
  }
  const parts = run(source(), async ({ n }) => ({ value: n }), { concurrency: 4 });
  expect((await parts.next()).value).toMatchObject({ result: { value: 1 } });
  resolve();
  expect(await valuesOf(parts)).toEqual([2]);
});

test('a line that fails is a part with its place and its cause, a warning is a part once, blank lines are none', async () => {
  const cause = new Error('bad luck');
  async function* source() {
    yield '{"id":"x","n":1}\n\n{"n":2}\n{"n":"two"}\n{"n":4}';
  }
  const parts = run(source(), async ({ n }) => {
    if (n === 2) throw cause;
    return { value: n, warning: 'weak' };
  });
  expect(await collect(parts)).toEqual([
    { type: 'warning', message: 'weak' },
    { type: 'line-end', line: 1, endOffset: 17, id: 'x', result: { value: 1, warning: 'weak' } },
    { type: 'line-error', line: 3, endOffset: 26, id: 3, error: expect.objectContaining({ cause }) },
    { type: 'line-error', line: 4, endOffset: 38, id: undefined, error: expect.any(DataFormatError) },
    { type: 'line-end', line: 5, endOffset: 45, id: 5, result: { value: 4, warning: 'weak' } },
  ]);
});

test('an error that every line would meet comes in its turn, ends the run and stops what is in work', async () => {
  const error = new ModelNotFoundError({ reference: 'x', hint: '' });
  const signals: AbortSignal[] = [];
  const parts = run(
    linesOf(5),
    async ({ n }, { abortSignal }) => {
      signals.push(abortSignal);
      if (n >= 2) throw error;
      return { value: n };
    },
    { concurrency: 3 },
  );
  expect((await parts.next()).value).toMatchObject({ result: { value: 1 } });
  await expect(parts.next()).rejects.toBe(error);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  // What fails later is not reported as unhandled.
  await delay(5);
});

test('an error of one line lets the others go on, one that every line would meet does not', () => {
  const invalid = (parameter: string) => new InvalidArgumentError({ parameter, value: 0, message: 'no.' });
  const errors = {
    ranker: invalid('ranker'),
    candidate: invalid('candidates[3]'),
    instruction: invalid('instruction'),
    model: new ModelNotFoundError({ reference: 'x', hint: '' }),
    weights: new WeightsUnavailableError({ reference: 'x', tried: [], suggestions: [] }),
    failedRanker: new RankerError({ ranker: 'x', reason: 'y' }),
    noCandidates: new NoCandidatesError({ failures: [] }),
    other: new TypeError('x'),
  };
  const ofTheLine = Object.entries(errors).filter(([, error]) => isLineError(error));
  expect(ofTheLine.map(([name]) => name)).toEqual([
    'candidate',
    'instruction',
    'failedRanker',
    'noCandidates',
    'other',
  ]);
});

test('an error of the source ends the run', async () => {
  async function* source() {
    yield '{"n":1}\n';
    throw new Error('no more');
  }
  await expect(collect(run(source(), async ({ n }) => ({ value: n })))).rejects.toThrow('no more');
});

test('an abort ends the run with its reason, and leaving it stops what is in work', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const aborting = run(
    linesOf(5),
    async ({ n }) => {
      controller.abort(reason);
      return { value: n };
    },
    { abortSignal: controller.signal },
  );
  await expect(collect(aborting)).rejects.toBe(reason);

  const signals: AbortSignal[] = [];
  const parts = run(linesOf(5), async ({ n }, { abortSignal }) => {
    signals.push(abortSignal);
    return { value: n };
  });
  for await (const part of parts) if (part.type === 'line-end') break;
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});
