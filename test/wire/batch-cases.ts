import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readBatchRecords } from '../../src/batch/index.ts';
import { answer } from './batch-job.ts';
import { BatchServer, type BatchServerOptions } from './batch-server.ts';

/** What a provider does, and what the job makes of it. */
export interface WireCase {
  readonly name: string;
  /** @default nothing special; called anew for each server */
  readonly options: (server: () => BatchServer) => BatchServerOptions;
  /** Batches that were made. @default 1 */
  readonly batches?: number | 'any';
  /** What else is true in the end. */
  readonly check?: (server: BatchServer) => void;
  /** Sums of what came of the batches. @default { answered: 12 } */
  readonly outcome?: Readonly<Record<string, number>>;
  /** The questions whose records fail, and with what. @default none */
  readonly failing?: Readonly<Record<string, RegExp>>;
  /** What ends the first run; the provider is well for the next one. */
  readonly stops?: RegExp;
}

export type Json = Readonly<Record<string, unknown>>;

export const QUESTIONS = 12;

/** Something that happens the first times only. */
export function first<VALUE>(times: number, value: VALUE): () => VALUE | undefined {
  let count = 0;
  return () => ((count += 1) <= times ? value : undefined);
}

/** By the question in a request. */
export function asks(body: Json, number: number): boolean {
  return JSON.stringify(body).includes(`What is ${number}?`);
}

/** The fate of one question the first time; all else is answered. */
export function fateOf(number: number, status: number, error: Json) {
  const happens = first(1, { status, body: { error } });
  return {
    fate: ({ body }: { readonly body: Json }) => (asks(body, number) ? (happens() ?? 'answered') : 'answered') as never,
  };
}

/** The fate of one question, each time. */
export function alwaysFateOf(number: number, status: number, error: Json) {
  return {
    fate: ({ body }: { readonly body: Json }) =>
      (asks(body, number) ? { status, body: { error } } : 'answered') as never,
  };
}

/** A batch that goes through states before its own. */
export function states(...given: readonly ((usual: Json) => Json)[]) {
  const shown = [...given];
  return (usual: Json) => shown.shift()?.(usual) ?? usual;
}

/** A job of a few questions to one model for each case. */
export function testCases(model: string, cases: readonly WireCase[]): void {
  describe(model, () => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', (_, wireCase) => run(model, wireCase));
  });
}

async function run(model: string, wireCase: WireCase): Promise<void> {
  const { options, batches = 1, outcome = { answered: QUESTIONS, unknown: 0 }, failing = {}, stops, check } = wireCase;
  const folder = await mkdtemp(join(tmpdir(), 'provider-batch-cases-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const server = await BatchServer.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { answer: text } = options(() => server);
  server.options = { ...(text === undefined ? {} : { answer: text }) };
  const direct = await answer(server, {
    job: join(folder, 'direct'),
    models: [model],
    questions: QUESTIONS,
    isBatched: false,
  });
  const job = { job: join(folder, 'job'), models: [model], questions: QUESTIONS };
  server.options = options(() => server);
  if (stops !== undefined) {
    await expect(answer(server, job)).rejects.toThrow(stops);
    server.options = {};
  }
  const { lines } = await answer(server, job);
  for (const [index, line] of lines.entries()) {
    const failure = failing[`q${index}`];
    if (failure === undefined) expect(line).toBe(direct.lines[index]);
    else expect(line).toMatch(failure);
  }
  expect(lines).toHaveLength(QUESTIONS);
  expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
  if (batches !== 'any') expect(server.batches.map(({ lines: own }) => own.length)).toHaveLength(batches);
  check?.(server);
  const sum: Record<string, number> = {};
  for (const { outcome: counts = {} } of await readBatchRecords(job.job)) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + Number(count);
  }
  expect(sum).toMatchObject(outcome);
}
