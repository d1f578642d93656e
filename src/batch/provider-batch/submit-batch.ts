import { isUsedUp, retryAfterMs } from '../../calls/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { BatchRefusal, Reached } from './batch-api.ts';
import { requestsPath } from './batch-files.ts';
import { excessIn, statusOf } from './batch-http.ts';
import type { BatchLog, BatchRecord } from './batch-log.ts';
import type { BatchPace } from './batch-pace.ts';
import { countUp } from './count-up.ts';
import { findBatch, nameOfBatch } from './find-batch.ts';

/** Replies of 429 in a row after which a batch is taken to have too many tokens. */
const MAX_THROTTLED = 3;

/** Longest wait that a provider may ask for. */
const MAX_WAIT_MS = 600_000;

/** Submits batches. What is about to be submitted is noted before. */
export class BatchSubmitter {
  readonly #options: BatchSubmitterOptions;
  /** Batches that are known not to be at the provider. */
  readonly #absent = new Set<number>();
  /** Replies of 429 in a row, by model. */
  readonly #throttled = new Map<string, number>();
  /** When a model is submitted to again, by `performance.now()`. */
  readonly #notBefore = new Map<string, number>();

  constructor(options: BatchSubmitterOptions) {
    this.#options = options;
  }

  /** Finds a batch that may have been made without a note of its id. @returns whether it was */
  async find(batch: BatchRecord, reached: Reached): Promise<boolean> {
    if (this.#absent.has(batch.number)) return false;
    const { log, pace } = this.#options;
    if (await findBatch(batch, { log, ...reached, searchMs: pace.searchMs })) return true;
    this.#absent.add(batch.number);
    return false;
  }

  /** Whether the provider of a model has not asked to wait. */
  mayNow(model: string): boolean {
    return performance.now() >= (this.#notBefore.get(model) ?? 0);
  }

  /**
   * Makes a batch at its provider.
   *
   * @param reached.isAlone Whether nothing else of ours waits there.
   * @returns why it was refused, where that is said of this batch
   * @throws what says nothing of it
   */
  async submit(
    batch: BatchRecord,
    { api, target, isAlone }: Reached & { readonly isAlone: boolean },
  ): Promise<'submitted' | 'not now' | BatchRefusal> {
    const { job, log, abortSignal } = this.#options;
    const { number, model, modelId, bytes, beta } = batch;
    const file = { path: requestsPath(job, number), bytes, modelId, beta, name: nameOfBatch(log, batch) };
    try {
      const prepared = await api.prepare(file, target);
      let before: string | undefined;
      if (!api.hasNames) for await (const { id } of api.list(target)) if ((before = id) !== '') break;
      await log.append({ type: 'intent', number, before });
      this.#absent.delete(number);
      const id = await api.create(prepared, file, target);
      await log.append({ type: 'submitted', number, id, at: Date.now() });
    } catch (error) {
      abortSignal.throwIfAborted();
      return this.#refusalIn(error, batch, isAlone);
    }
    this.#throttled.delete(model);
    return 'submitted';
  }

  #refusalIn(error: unknown, batch: BatchRecord, isAlone: boolean): 'not now' | BatchRefusal {
    const status = statusOf(error);
    // Whether it was made is not known.
    if (status === undefined || status >= 500 || status === 408) throw error;
    this.#absent.add(batch.number);
    if (isUsedUp(error)) throw error;
    const message = errorMessage(error);
    switch (status) {
      case 400:
      case 422:
        return { message, ...excessIn(withBody(error)) };
      case 413:
        return { message, excess: 'size' };
      case 429:
        return this.#throttle(error, batch, isAlone);
      default:
        throw error;
    }
  }

  /** A provider takes no batch for now: there may be too many, or this one has too many tokens. */
  #throttle(error: unknown, { model, requests }: BatchRecord, isAlone: boolean): 'not now' | BatchRefusal {
    const waitMs = Math.max(this.#options.pace.maxPollMs, Math.min(MAX_WAIT_MS, retryAfterMs(error) ?? 0));
    this.#notBefore.set(model, performance.now() + waitMs);
    if (!isAlone || countUp(this.#throttled, model) <= MAX_THROTTLED) return 'not now';
    if (requests === 1) throw error;
    this.#throttled.delete(model);
    return { message: errorMessage(error), excess: 'tokens' };
  }
}

interface BatchSubmitterOptions {
  readonly job: string;
  readonly log: BatchLog;
  readonly pace: BatchPace;
  readonly abortSignal: AbortSignal;
}

/** The message of an error with the body of the reply, where a code may say more. */
function withBody(error: unknown): string {
  const body = error instanceof Error && 'responseBody' in error ? String(error.responseBody) : '';
  return `${errorMessage(error)} ${body}`;
}
