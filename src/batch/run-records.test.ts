import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  DataFormatError,
  InvalidArgumentError,
  ModelNotFoundError,
  NoCandidatesError,
  RankerError,
  WeightsUnavailableError,
} from '../error/index.ts';
import type { DataRecord, RecordItem, RecordPlace } from '../records/index.ts';
import { isRecordError } from './record-errors.ts';
import { type RecordPart, type RecordResult, runRecords, type RunRecordsOptions } from './run-records.ts';

interface NumberResult extends RecordResult {
  readonly value: number;
}

const neverAborted = new AbortController().signal;

const placeOf = (number: number): RecordPlace => ({ source: 'F.jsonl', unit: 'line', number, endOffset: number * 10 });

/** A record that carries the number of its line. */
function item(number: number, id?: string): RecordItem {
  const record: DataRecord = { id, question: { instruction: 'q' }, candidates: [{ text: 'a', score: number }] };
  return { index: number - 1, place: placeOf(number), record };
}

async function* itemsOf(count: number) {
  for (let n = 1; n <= count; n++) yield item(n);
}

/** Gives the work the number of each record. */
function run(
  records: AsyncIterable<RecordItem>,
  work: (n: number, options: { readonly abortSignal: AbortSignal }) => Promise<NumberResult>,
  options: Pick<RunRecordsOptions<NumberResult>, 'concurrency'> & { abortSignal?: AbortSignal } = {},
) {
  return runRecords({
    records,
    work: (record, workOptions) => work(record.candidates[0]?.score ?? Number.NaN, workOptions),
    abortSignal: neverAborted,
    ...options,
  });
}

async function collect(parts: AsyncIterable<RecordPart<NumberResult>>) {
  const collected: RecordPart<NumberResult>[] = [];
  for await (const part of parts) collected.push(part);
  return collected;
}

async function valuesOf(parts: AsyncIterable<RecordPart<NumberResult>>) {
  return (await collect(parts)).map((part) => (part.type === 'record-end' ? part.result.value : part.type));
}

test('results come in the order of the records, however long each takes, and no more are in work than allowed', async () => {
  let running = 0;
  let most = 0;
  const parts = run(
    itemsOf(20),
    async (n) => {
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

test('records are not taken ahead of what is wanted', async () => {
  let taken = 0;
  async function* source() {
    for (;;) yield item(++taken);
  }
  const parts = run(source(), async (n) => ({ value: n }));
  await parts.next();
  await delay(5);
  expect(taken).toBeLessThanOrEqual(3);
});

test('a source that waits for a result before it gives the next record gets it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* source() {
    yield item(1);
    await promise;
    yield item(2);
  }
  const parts = run(source(), async (n) => ({ value: n }), { concurrency: 4 });
  expect((await parts.next()).value).toMatchObject({ result: { value: 1 } });
  resolve();
  expect(await valuesOf(parts)).toEqual([2]);
});

test('a record that fails is a part with its place and its cause, and a warning is a part once', async () => {
  const cause = new Error('bad luck');
  const unread = new DataFormatError({ source: 'F.jsonl', line: 3, reason: 'not JSON' });
  async function* source(): AsyncGenerator<RecordItem> {
    yield item(1, 'x');
    yield item(2);
    yield { index: 2, place: placeOf(3), error: unread };
    yield item(4);
  }
  const parts = run(source(), async (n) => {
    if (n === 2) throw cause;
    return { value: n, warning: 'weak' };
  });
  expect(await collect(parts)).toEqual([
    { type: 'warning', message: 'weak' },
    {
      type: 'record-end',
      place: placeOf(1),
      id: 'x',
      record: expect.anything(),
      result: { value: 1, warning: 'weak' },
    },
    {
      type: 'record-error',
      place: placeOf(2),
      id: 2,
      error: expect.objectContaining({ cause, message: 'F.jsonl, line 2: bad luck' }),
    },
    { type: 'record-error', place: placeOf(3), id: undefined, error: unread },
    { type: 'record-end', place: placeOf(4), id: 4, record: expect.anything(), result: { value: 4, warning: 'weak' } },
  ]);
});

test('an error that every record would meet comes in its turn, ends the run and stops what is in work', async () => {
  const error = new ModelNotFoundError({ reference: 'x', hint: '' });
  const signals: AbortSignal[] = [];
  const parts = run(
    itemsOf(5),
    async (n, { abortSignal }) => {
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

test('an error of one record lets the others go on, one that every record would meet does not', () => {
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
  const ofTheRecord = Object.entries(errors).filter(([, error]) => isRecordError(error));
  expect(ofTheRecord.map(([name]) => name)).toEqual([
    'candidate',
    'instruction',
    'failedRanker',
    'noCandidates',
    'other',
  ]);
});

test('an error of the source ends the run', async () => {
  async function* source() {
    yield item(1);
    throw new Error('no more');
  }
  await expect(collect(run(source(), async (n) => ({ value: n })))).rejects.toThrow('no more');
});

test('an abort ends the run with its reason, and leaving it stops what is in work', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const aborting = run(
    itemsOf(5),
    async (n) => {
      controller.abort(reason);
      return { value: n };
    },
    { abortSignal: controller.signal },
  );
  await expect(collect(aborting)).rejects.toBe(reason);

  const signals: AbortSignal[] = [];
  const parts = run(itemsOf(5), async (n, { abortSignal }) => {
    signals.push(abortSignal);
    return { value: n };
  });
  for await (const part of parts) if (part.type === 'record-end') break;
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});
