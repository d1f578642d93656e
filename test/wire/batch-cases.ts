import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
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
  /** Sums of what came of the batches. @default { answered: 12 } */
  readonly outcome?: Readonly<Record<string, number>>;
  /** The questions whose records fail, and with what. @default none */
  readonly failing?: Readonly<Record<string, RegExp>>;
  /** What ends the first run; the provider is well for the next one. */
  readonly stops?: RegExp;
}

export type Json = Readonly<Record<string, unknown>>;

const QUESTIONS = 12;

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
  return replyOnce(number, { status, body: { error } });
}

/** What comes of one question the first time; all else is answered. */
export function replyOnce(number: number, reply: { readonly status: number; readonly body: Json | null }) {
  const happens = first(1, reply);
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

/** Refuses batches of more than six requests. */
export function refusesMoreThanSix(
  server: () => BatchServer,
  refusal: { readonly status: number; readonly body: Json },
) {
  const sizeOf = (batch: number) => server().batches.find(({ number }) => number === batch)?.lines.length ?? 0;
  return { onCreate: (batch: number) => (sizeOf(batch) > 6 ? refusal : undefined) };
}

/** A batch that goes through states before its own. */
export function states(...given: readonly ((usual: Json) => Json)[]) {
  const shown = [...given];
  return (usual: Json) => shown.shift()?.(usual) ?? usual;
}

/** The lines without batches, where a provider answers in the usual way. */
const usualLines = new Map<string, Promise<readonly string[]>>();

async function directLines(model: string, given: BatchServerOptions['answer']): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-batch-direct-'));
  try {
    await using server = await BatchServer.start(given === undefined ? {} : { answer: given });
    return (await answer(server, { job: folder, models: [model], questions: QUESTIONS, isBatched: false })).lines;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a job of a few questions to one model, and checks what became of it. */
export async function expectCase(model: string, wireCase: WireCase): Promise<void> {
  const { options, batches = 1, outcome = { answered: QUESTIONS, unknown: 0 }, failing = {}, stops } = wireCase;
  const folder = await mkdtemp(join(tmpdir(), 'provider-batch-cases-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const server = await BatchServer.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  server.options = options(() => server);
  const { answer: given } = server.options;
  const usual = usualLines.get(model) ?? directLines(model, undefined);
  usualLines.set(model, usual);
  const direct = given === undefined ? await usual : await directLines(model, given);
  const job = { job: join(folder, 'job'), models: [model], questions: QUESTIONS };
  if (stops !== undefined) {
    await expect(answer(server, job)).rejects.toThrow(stops);
    server.options = {};
  }
  const { lines } = await answer(server, job);
  expect(lines).toHaveLength(QUESTIONS);
  for (const [index, line] of lines.entries()) {
    const failure = failing[`q${index}`];
    if (failure === undefined) expect(line).toBe(direct[index]);
    else expect(line).toMatch(failure);
  }
  expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
  if (batches !== 'any') expect(server.batches).toHaveLength(batches);
  const sum: Record<string, number> = {};
  for (const { outcome: counts = {} } of await readBatchRecords(job.job)) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + Number(count);
  }
  expect(sum).toMatchObject(outcome);
}
