import type { BudgetState } from './shared/budget-state.ts';
import type { DocumentStore } from './shared/document-store.ts';
import { SharedDocument } from './shared/shared-document.ts';

/** A job that workers can work on, without its prompts: what these are is in its storage. */
export interface QueuedJob {
  /** The URL of its storage. */
  readonly url: string;
  /** Where its input is: paths, or names in the storage. */
  readonly inputs: readonly string[];
  /** Paths of the files that the command named, where workers use them as well. */
  readonly config?: string | false | undefined;
  readonly schema?: string | undefined;
  readonly maxFailures?: number | undefined;
}

/** The jobs of a queue, by name. */
export type JobList = Record<string, QueuedJob>;

/** The ranges that a worker has in work. */
export interface WorkerState {
  /** The worker is taken for dead if it is not heard of until then, in milliseconds. */
  until: number;
  ranges: number;
  /** Records of these that are done, and that have failed. */
  done: number;
  failed: number;
  /** Records that it has ended in a second, of late. */
  perSecond: number;
  /** The storage has failed for some seconds, and is tried again. */
  waitsForStorage: boolean;
}

/** How far the workers of a job are. A document that they share. */
export interface JobState {
  workers: Record<string, WorkerState>;
  /** Of finished ranges. */
  done: number;
  failed: number;
  /** Ranges that were done by two workers: the second result was discarded. */
  discardedRanges: number;
  /** Times that a range was taken once more. */
  retakenRanges: number;
  /** Why the job cannot go on. */
  stop?: { readonly message: string } | undefined;
  /** Workers that do not do the job, by name, and why. */
  refusals: Record<string, string>;
}

export function newJobState({ done, failed }: Pick<JobState, 'done' | 'failed'>): JobState {
  return { workers: {}, done, failed, discardedRanges: 0, retakenRanges: 0, refusals: {} };
}

/** Refusals that are kept, the last ones: a worker that is started again and again has another name each time. */
const REFUSALS_KEPT = 100;

/** Notes why a worker does not do a job. */
export function noteRefusal(state: JobState, worker: string, message: string): void {
  state.refusals[worker] = message;
  for (const name of Object.keys(state.refusals).slice(0, -REFUSALS_KEPT)) delete state.refusals[name];
}

type OnError = (error: unknown) => void;

export function jobList(documents: DocumentStore, onError?: OnError): SharedDocument<JobList> {
  return new SharedDocument<JobList>(documents, 'jobs', { create: () => ({}), onError });
}

/** What a shared document is where it is not there. Workers have none: they wait until the job is announced again. */
interface DocumentOptions<STATE> {
  readonly create?: (now: number) => STATE;
  readonly onError?: OnError;
}

export function jobState(
  documents: DocumentStore,
  job: string,
  options: DocumentOptions<JobState> = {},
): SharedDocument<JobState> {
  return new SharedDocument<JobState>(documents, `job:${job}`, options);
}

export function jobBudget(
  documents: DocumentStore,
  job: string,
  options: DocumentOptions<BudgetState> = {},
): SharedDocument<BudgetState> {
  return new SharedDocument<BudgetState>(documents, `budget:${job}`, options);
}
