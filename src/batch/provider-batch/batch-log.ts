import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../util/parse-json.ts';
import { AppendLog, wholeLines } from '../journal/append-log.ts';
import { batchFolder, batchLogPath, batchOfRequests } from './batch-files.ts';

/** A batch whose requests are on the disk. */
export interface SealedBatch {
  readonly number: number;
  /** Name of its model, such as `openai/gpt-5`. */
  readonly model: string;
  readonly modelId: string;
  readonly beta: string;
  readonly requests: number;
  readonly bytes: number;
  /** Tokens of the prompts, as estimated. */
  readonly tokens: number;
  /** Most US dollars that it may take; null where the price is not known. */
  readonly cost: number | null;
  /** Segments of the input that its requests are of. */
  readonly segments: readonly number[];
  /** The first batch that its requests were in: the money was set aside for that. */
  readonly root: number;
  /** How often its requests have been submitted before. */
  readonly tries: number;
  /** How many of those times in a row they were refused as a whole. */
  readonly refusals: number;
}

/** What came back of a batch. */
export interface BatchOutcomeCounts {
  /** Answers, errors that are final included. */
  readonly answered: number;
  /** Requests that were not answered, by what the provider says. */
  readonly expired: number;
  readonly cancelled: number;
  readonly failed: number;
  /** Requests of which the provider says nothing. */
  readonly missing: number;
  /** Results of which no request is known; a second result of one request is one as well. */
  readonly unknown: number;
}

/** A line of the log. */
type Entry =
  | { readonly type: 'job'; readonly id: string }
  | ({ readonly type: 'sealed' } & SealedBatch)
  /** It is about to be submitted; `before` is the newest batch of the provider at that time. */
  | { readonly type: 'intent'; readonly number: number; readonly before?: string | undefined }
  /** It is a guess where it was found by how many requests it has. */
  | {
      readonly type: 'submitted';
      readonly number: number;
      readonly id: string;
      readonly at: number;
      readonly isGuess?: boolean;
    }
  /** A batch that was taken for it is another's. */
  | { readonly type: 'rejected'; readonly number: number; readonly id: string }
  | {
      readonly type: 'progress';
      readonly number: number;
      readonly ended: number;
      readonly expiresAt?: number | undefined;
    }
  /** The provider does not know it, or has not kept its results. */
  | { readonly type: 'lost'; readonly number: number }
  | { readonly type: 'cancelled'; readonly number: number }
  | ({ readonly type: 'over'; readonly number: number; readonly next: readonly SealedBatch[] } & BatchOutcomeCounts)
  /** What all batches that began with this one have cost. */
  | { readonly type: 'settled'; readonly number: number; readonly cost: number };

/** What is known of a batch. */
export interface BatchRecord extends SealedBatch {
  readonly state: 'waiting' | 'submitting' | 'running' | 'over';
  /** The provider's. */
  readonly id?: string | undefined;
  readonly before?: string | undefined;
  /** Milliseconds since 1970. */
  readonly submittedAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  /** Requests that are answered or have failed. */
  readonly ended: number;
  readonly isCancelled: boolean;
  /** Whether it may be another's with as many requests. */
  readonly isGuess: boolean;
  /** Whether the provider knows nothing of it any more, or not with this key. */
  readonly isLost: boolean;
  /** Batches of the provider that are known to be another's. */
  readonly rejected: readonly string[];
  readonly outcome?: BatchOutcomeCounts | undefined;
  /** Others were made of it before it was submitted, or since it was too large. */
  readonly isDivided: boolean;
}

/** What a job knows of its batches at providers: a log, read at the beginning of a run. */
export class BatchLog {
  /** Names the job at providers. */
  readonly job: string;
  readonly #log: AppendLog;
  readonly #records: BatchRecords;

  private constructor(log: AppendLog, records: BatchRecords, job: string) {
    this.#log = log;
    this.#records = records;
    this.job = job;
  }

  static async open(folder: string): Promise<BatchLog> {
    await mkdir(batchFolder(folder), { recursive: true });
    const { log, lines } = await AppendLog.open(batchLogPath(folder), { isLine: isEntry });
    const records = new BatchRecords(lines);
    const job = records.job ?? randomUUID();
    const opened = new BatchLog(log, records, job);
    if (records.job === undefined) await opened.append({ type: 'job', id: job });
    // Of a run that was killed before they were sealed, or after they were over.
    for (const name of await readdir(batchFolder(folder))) {
      const number = batchOfRequests(name);
      if (number === undefined) continue;
      const state = records.get(number)?.state ?? 'over';
      if (state === 'over') await rm(join(batchFolder(folder), name));
    }
    return opened;
  }

  /** All batches, in the order of their numbers. */
  get all(): readonly BatchRecord[] {
    return this.#records.all;
  }

  /** Those that are not over. */
  get active(): readonly BatchRecord[] {
    return this.all.filter(({ state }) => state !== 'over');
  }

  /** What the batches that began with each root have cost. */
  get settled(): ReadonlyMap<number, number> {
    return this.#records.settled;
  }

  /** Takes an entry. Resolves once it outlives the machine's power. */
  async append(entry: Entry): Promise<void> {
    this.#records.apply(entry);
    await this.#log.append(JSON.stringify(entry)).synced;
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/**
 * What is known of the batches that a job has at providers, also while another process works on it.
 *
 * @example
 * for (const { model, ended, requests } of await readBatchRecords('jobs/answers')) console.log(model, ended, requests);
 */
export async function readBatchRecords(job: string): Promise<readonly BatchRecord[]> {
  const bytes = await readFile(batchLogPath(job)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return new Uint8Array();
    throw error;
  });
  return new BatchRecords(wholeLines(bytes, isEntry).lines).all;
}

class BatchRecords {
  job: string | undefined;
  readonly settled = new Map<number, number>();
  readonly #byNumber = new Map<number, BatchRecord>();

  constructor(lines: readonly string[]) {
    for (const line of lines) this.apply(JSON.parse(line) as Entry);
  }

  get all(): readonly BatchRecord[] {
    return [...this.#byNumber.values()];
  }

  get(number: number): BatchRecord | undefined {
    return this.#byNumber.get(number);
  }

  apply(entry: Entry): void {
    switch (entry.type) {
      case 'job':
        this.job = entry.id;
        break;
      case 'sealed': {
        const { type: _type, ...sealed } = entry;
        this.#seal(sealed);
        break;
      }
      case 'intent':
        this.#change(entry.number, { state: 'submitting', before: entry.before });
        break;
      case 'submitted':
        this.#change(entry.number, {
          state: 'running',
          id: entry.id,
          submittedAt: entry.at,
          isGuess: entry.isGuess ?? false,
        });
        break;
      case 'rejected': {
        const rejected = [...(this.get(entry.number)?.rejected ?? []), entry.id];
        this.#change(entry.number, { state: 'submitting', id: undefined, submittedAt: undefined, rejected });
        break;
      }
      case 'progress':
        this.#change(entry.number, { ended: entry.ended, expiresAt: entry.expiresAt });
        break;
      case 'lost':
        this.#change(entry.number, { isLost: true });
        break;
      case 'cancelled':
        this.#change(entry.number, { isCancelled: true });
        break;
      case 'over': {
        const { type: _type, number, next, ...outcome } = entry;
        const isDivided = Object.values(outcome).every((count) => count === 0);
        this.#change(number, { state: 'over', outcome, isDivided });
        for (const sealed of next) this.#seal(sealed);
        break;
      }
      case 'settled':
        this.settled.set(entry.number, entry.cost);
        break;
      default:
        entry satisfies never;
    }
  }

  #seal(batch: SealedBatch): void {
    const nothing = { ended: 0, isCancelled: false, isGuess: false, isLost: false, isDivided: false, rejected: [] };
    this.#byNumber.set(batch.number, { ...batch, state: 'waiting', ...nothing });
  }

  #change(number: number, change: Partial<BatchRecord>): void {
    const record = this.#byNumber.get(number);
    if (record !== undefined) this.#byNumber.set(number, { ...record, ...change });
  }
}

function isEntry(line: string): boolean {
  return line.startsWith('{"type":') && parseJson(line) !== undefined;
}
