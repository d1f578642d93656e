import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import type { BatchPart } from './batch-parts.ts';
import type { SegmentStore } from './journal/segment-store.ts';
import { jobStatus, readResults } from './job-results.ts';
import { runBatch, type RunBatchOptions } from './run-batch.ts';

interface Numbered {
  readonly id: string;
  readonly n: number;
}

interface Square {
  readonly square: number;
}

const numbers = (count: number): Numbered[] => Array.from({ length: count }, (_, n) => ({ id: `item-${n}`, n }));

const square = async ({ n }: Numbered): Promise<Square> => ({ square: n * n });

type Options = RunBatchOptions<Numbered, Square>;

async function run(options: Options): Promise<BatchPart<Square>[]> {
  const parts: BatchPart<Square>[] = [];
  for await (const part of runBatch(options)) parts.push(part);
  return parts;
}

async function linesOf(job: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { json } of readResults(job)) lines.push(json);
  return lines;
}

const expected = (count: number) => numbers(count).map(({ id, n }) => JSON.stringify({ id, square: n * n }));

test('every record becomes one result, in the order of the input', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'new', 'job');
  const parts = await run({ job, input: numbers(25), work: square, segmentSize: 10, concurrency: 4 });
  expect(parts[0]).toMatchObject({
    type: 'batch-start',
    counts: { total: 25, done: 0, failed: 0 },
    interruptedCalls: 0,
  });
  expect(parts.at(-1)).toMatchObject({ type: 'batch-end', counts: { total: 25, done: 25, failed: 0 } });
  expect(parts.filter(({ type }) => type === 'item-end')).toHaveLength(25);
  expect(await linesOf(job)).toEqual(expected(25));
  expect(await readdir(join(job, 'segments'))).toHaveLength(3);
  expect(await readdir(join(job, 'open'))).toEqual([]);
  expect(await jobStatus(job)).toMatchObject({ total: 25, done: 25, failed: 0, isRunning: false });
});

test('a run that is left goes on where it was, and does twice only what was in work', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const worked: number[] = [];
  const options: Options = {
    job,
    input: numbers(50),
    segmentSize: 7,
    concurrency: 3,
    work: async (record) => {
      worked.push(record.n);
      return square(record);
    },
  };
  const leaves = 10;
  for (let runs = 0; runs < leaves; runs += 1) {
    let seen = 0;
    for await (const part of runBatch(options)) if (part.type === 'item-end' && (seen += 1) === 4) break;
  }
  await run(options);
  expect(await linesOf(job)).toEqual(expected(50));
  expect(new Set(worked).size).toBe(50);
  expect(worked.length).toBeLessThanOrEqual(50 + leaves * 3);
  expect((await run(options)).map(({ type }) => type)).toEqual(['batch-start', 'batch-end']);
});

test('a record that fails is a row with a code, and is done again where that is asked for', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  let isMended = false;
  const options: Options = {
    job,
    input: numbers(12),
    segmentSize: 5,
    work: async (record) => {
      if (record.n % 4 === 3 && !isMended) throw new Error('no luck');
      return square(record);
    },
  };
  const first = await run(options);
  expect(first.at(-1)).toMatchObject({ counts: { total: 12, done: 9, failed: 3 } });
  expect((await linesOf(job))[3]).toBe('{"id":"item-3","error":{"code":"error","message":"no luck"}}');
  isMended = true;
  expect((await run(options)).at(-1)).toMatchObject({ counts: { done: 9, failed: 3 } });
  const retried = await run({ ...options, retryFailed: true });
  expect(retried.map(({ type }) => type)).toEqual(['batch-start', 'item-end', 'item-end', 'item-end', 'batch-end']);
  expect(retried.at(-1)).toMatchObject({ counts: { total: 12, done: 12, failed: 0 } });
  expect(await linesOf(job)).toEqual(expected(12));
  expect(await jobStatus(job)).toMatchObject({ done: 12, failed: 0 });
});

test('what fails again stays a failure', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const options: Options = {
    job,
    input: numbers(6),
    segmentSize: 3,
    work: async (record) => {
      if (record.n === 1) throw new Error('never');
      return square(record);
    },
  };
  await run(options);
  for (let again = 0; again < 2; again += 1) {
    expect((await run({ ...options, retryFailed: true })).at(-1)).toMatchObject({ counts: { done: 5, failed: 1 } });
  }
  expect(await linesOf(job)).toHaveLength(6);
});

test('a job goes on only with what it began with, and what differs is named', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const options: Options = {
    job,
    input: numbers(3),
    work: square,
    configuration: { '--temperature': 0.5 },
    version: '1',
  };
  await run(options);
  const refused = async (change: Partial<Options>) => {
    const error: unknown = await run({ ...options, ...change }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument', parameter: 'job' });
    return String(error);
  };
  expect(await refused({ configuration: { '--temperature': 0.7 } })).toContain('--temperature was 0.5 and is 0.7');
  expect(await refused({ configuration: {} })).toContain('--temperature was 0.5 and is not given');
  expect(await refused({ version: '2' })).toContain('version was "1" and is "2"');
  expect(await refused({ input: numbers(4) })).toContain('the input had 3 records and has 4');
});

test('records with one id are named before any work', async () => {
  await using folder = await temporaryFolder();
  let calls = 0;
  const work = async () => ({ square: (calls += 1) });
  const input = [...numbers(30), { id: 'item-7', n: 1 }, { id: 'item-9', n: 2 }];
  await expect(run({ job: join(folder.path, 'job'), input, work })).rejects.toThrow(
    'record 31 has the id "item-7" as record 8; record 32 has the id "item-9" as record 10. Give each an id of its own.',
  );
  expect(calls).toBe(0);
});

test('a second run of one job is refused while the first goes on', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const running = runBatch({ job, input: numbers(5), work: square });
  await running.next();
  await expect(run({ job, input: numbers(5), work: square })).rejects.toMatchObject({
    code: 'job_failed',
    reason: 'busy',
  });
  expect(await jobStatus(job)).toMatchObject({ isRunning: true });
  await running.return();
  expect((await run({ job, input: numbers(5), work: square })).at(-1)).toMatchObject({ counts: { done: 5 } });
});

test('the torn last line of a log is cut, and its record done again', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const options: Options = { job, input: numbers(4), work: square };
  // Begins two records and ends none of the others.
  const stuck = async (record: Numbered) => (record.n < 2 ? square(record) : new Promise<Square>(() => {}));
  let seen = 0;
  for await (const part of runBatch({ ...options, work: stuck })) {
    if (part.type === 'item-end' && (seen += 1) === 2) break;
  }
  const log = join(job, 'open', '00000000.1.jsonl');
  const whole = await readFile(log, 'utf8');
  for (const tail of ['{"index":2,"key":"item-2","outp', '\0'.repeat(100), `${'\0'.repeat(30)}\n`, '{"index":2}x\n']) {
    await writeFile(log, whole + tail);
    const left = runBatch(options);
    expect(await left.next()).toMatchObject({ value: { counts: { done: 2 } } });
    await left.return();
    expect(await readFile(log, 'utf8')).toBe(whole);
  }
  await run(options);
  expect(await linesOf(job)).toEqual(expected(4));
});

test('an error that every record would end with ends the run, and nothing is written of it', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const reason = new DOMException('enough', 'AbortError');
  const controller = new AbortController();
  const aborted = run({
    job,
    input: numbers(9),
    concurrency: 2,
    abortSignal: controller.signal,
    work: async (record) => {
      if (record.n === 4) controller.abort(reason);
      return square(record);
    },
  });
  await expect(aborted).rejects.toBe(reason);
  const { failed } = await jobStatus(job);
  expect(failed).toBe(0);
  expect((await run({ job, input: numbers(9), work: square })).at(-1)).toMatchObject({ counts: { done: 9 } });
});

test('a store that is full ends the run with what to do; an object store takes the place of a folder', async () => {
  await using folder = await temporaryFolder();
  const job = join(folder.path, 'job');
  const bucket = new Bucket();
  const options: Options = { job, input: numbers(30), work: square, segmentSize: 10, store: bucket };
  bucket.room = 1;
  const error: unknown = await run(options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'job_failed', reason: 'storage' });
  expect(String(error)).toContain('The disk is full. Make room, and run the same command again: what is done is kept.');
  bucket.room = Infinity;
  let worked = 0;
  const count = async (record: Numbered) => {
    worked += 1;
    return square(record);
  };
  await run({ ...options, work: count });
  expect(worked).toBe(0);
  const lines: string[] = [];
  for await (const { json } of readResults(job, { store: bucket })) lines.push(json);
  expect(lines).toEqual(expected(30));
  expect(await readdir(join(job, 'segments'))).toEqual([]);
});

test('of two that commit one segment, the first wins', async () => {
  await using folder = await temporaryFolder();
  const bucket = new Bucket();
  const options = (job: string, times: number): Options => ({
    job: join(folder.path, job),
    input: numbers(4),
    work: async ({ n }) => ({ square: times * n * n }),
    store: bucket,
  });
  await run(options('first', 1));
  const second = await run({ ...options('second', 2), retryFailed: true });
  expect(second.at(-1)).toMatchObject({ counts: { done: 4, failed: 0 } });
  const lines: string[] = [];
  for await (const { json } of readResults(join(folder.path, 'second'), { store: bucket })) lines.push(json);
  expect(lines).toEqual(expected(4));
});

/** Files in memory with the operations of object storage, and room for so many. */
class Bucket implements SegmentStore {
  room = Infinity;
  readonly #files = new Map<string, Uint8Array>();

  list = async () => [...this.#files.keys()];
  read = async (name: string) => this.#files.get(name);
  remove = async (name: string) => void this.#files.delete(name);

  commit = async (name: string, content: Uint8Array) => {
    if (this.#files.has(name)) return false;
    if (this.#files.size >= this.room) {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
    }
    this.#files.set(name, content);
    return true;
  };
}
