import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchPart, type JobCounts, jobStatus, type JsonValue, readResults, runBatch } from '../../batch/index.ts';
import { InvalidArgumentError } from '../../error/index.ts';
import type { Example } from '../data/example.ts';
import { type DataFacts, exampleInput } from '../data/store-examples.ts';
import { type System, systemFolder } from './system.ts';

/** What happens while the systems of a run answer. */
export type SystemPart =
  | {
      readonly type: 'system-start';
      readonly system: string;
      readonly kind: System['kind'];
      readonly counts: JobCounts;
    }
  | { readonly type: 'example-end'; readonly system: string; readonly id: string; readonly counts: JobCounts }
  | {
      readonly type: 'example-error';
      readonly system: string;
      readonly id: string;
      readonly message: string;
      readonly counts: JobCounts;
    }
  | { readonly type: 'system-end'; readonly system: string; readonly counts: JobCounts };

/** How systems are run. */
export interface RunSystemsOptions {
  /** Of the run. */
  readonly folder: string;
  readonly facts: DataFacts;
  readonly systems: readonly System[];
  /** Of the code, and what all systems depend on. */
  readonly version: string;
  readonly configuration: Readonly<Record<string, JsonValue>>;
  readonly concurrency: number;
  /** US dollars for all systems and runs together. */
  readonly maxCost: number | undefined;
  readonly retryFailed: boolean;
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Has each system answer every example, one system after the other, each as a job that goes on where it was.
 *
 * @throws what `runBatch` throws.
 */
export async function* runSystems(options: RunSystemsOptions): AsyncGenerator<SystemPart, void> {
  const { folder, facts, systems, maxCost, version, concurrency, retryFailed, abortSignal } = options;
  await mkdir(join(folder, 'jobs'), { recursive: true });
  for (const system of systems) {
    const others = systems.filter((other) => other !== system);
    const left = maxCost === undefined ? undefined : Math.max(0, maxCost - (await costOf(folder, others)));
    const run = runBatch<Example, object>({
      job: join(folder, systemFolder(system)),
      input: exampleInput(folder, facts),
      work: async (example, context) => system.work(example, context.abortSignal),
      configuration: { ...options.configuration, ...system.configuration },
      version,
      concurrency,
      maxCost: left,
      retryFailed,
      abortSignal,
    });
    for await (const part of run) yield toSystemPart(part, system);
  }
}

function toSystemPart(part: BatchPart<object>, { name: system, kind }: System): SystemPart {
  const { counts } = part;
  switch (part.type) {
    case 'batch-start':
      return { type: 'system-start', system, kind, counts };
    case 'item-end':
      return { type: 'example-end', system, id: String(part.id), counts };
    case 'item-error':
      return { type: 'example-error', system, id: String(part.id), message: part.error.message, counts };
    default:
      return { type: 'system-end', system, counts };
  }
}

/** US dollars that systems have cost so far. */
async function costOf(folder: string, systems: readonly System[]): Promise<number> {
  let cost = 0;
  for (const system of systems) cost += (await countsOf(folder, system))?.usage.cost ?? 0;
  return cost;
}

/** How far a system is; undefined where it has not begun. */
export async function countsOf(folder: string, system: Pick<System, 'kind' | 'name'>): Promise<JobCounts | undefined> {
  return jobStatus(join(folder, systemFolder(system))).catch((error: unknown) => {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  });
}

/** What a system said of one example, or why it said nothing. */
export type StoredAnswer<ANSWER> = ANSWER | { readonly error: string };

/** The answers of a system by the index of the example; those that are not done are left out. */
export async function* readAnswers<ANSWER extends object>(
  folder: string,
  system: Pick<System, 'kind' | 'name'>,
): AsyncGenerator<{ readonly index: number; readonly answer: StoredAnswer<ANSWER> }, void> {
  for await (const { index, failed, json } of readResults(join(folder, systemFolder(system)))) {
    const { id: _, ...answer } = JSON.parse(json) as { id: string } & ANSWER & { error?: { message: string } };
    yield { index, answer: failed ? { error: answer.error?.message ?? 'failed' } : (answer as unknown as ANSWER) };
  }
}
