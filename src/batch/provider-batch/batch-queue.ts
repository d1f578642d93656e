import { rm } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { toCallError } from '../../calls/index.ts';
import { BudgetExceededError, InvalidArgumentError } from '../../error/index.ts';
import type { BatchAccess } from '../../spec/batch-access.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import { errorMessage } from '../../util/error-message.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { BatchedRequest } from '../../calls/index.ts';
import { type BatchApi, BATCH_APIS, type BatchState, type BatchTarget } from './batch-api.ts';
import { requestsPath } from './batch-files.ts';
import { type BatchLog, type BatchRecord, type SealedBatch } from './batch-log.ts';
import { BatchMoney } from './batch-money.ts';
import { type BatchPace, MAX_FAILURES } from './batch-pace.ts';
import { type CollectedBatch, collectBatch } from './collect-batch.ts';
import { findBatch, nameOfBatch } from './find-batch.ts';
import { RequestPools } from './request-pools.ts';
import { readBatchLines, splitBatch } from './split-batch.ts';

/** Replies of 429 in a row after which a batch is taken to be too large. */
const MAX_THROTTLED = 3;

/** Below what was too much, since tokens are estimated. */
const CAUTION = 0.8;

/** What a {@link BatchQueue} works with. */
export interface BatchQueueOptions {
  /** The folder. */
  readonly job: string;
  readonly log: BatchLog;
  readonly segmentSize: number;
  readonly budget: CallBudget | undefined;
  /** How the provider of a model is reached. */
  readonly reach: (model: string) => Promise<BatchTarget['access']>;
  readonly pace: BatchPace;
  readonly abortSignal: AbortSignal;
  /** Called when something has changed. */
  readonly onChange: (batches: readonly BatchRecord[]) => void;
}

/** A segment whose items are worked on. */
export interface OpenedSegment {
  /** Counts what the answers have cost that were there at the beginning, once its items have been worked on. */
  readonly countAnswers: () => Promise<void>;
  /** Requests that waited for money at the beginning. */
  readonly unpaid: readonly ReadonlySet<string>[];
}

/**
 * Submits batches to providers, looks how far they are, and takes their results. What is about to be submitted is noted
 * before, so that a batch whose id was never noted is found again by the list of the provider.
 */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  readonly #log: BatchLog;
  readonly #pools: RequestPools;
  readonly #stopping = new AbortController();
  readonly #abortSignal: AbortSignal;
  readonly #money: BatchMoney;
  /** Batches that are not over, by the segments of which they have requests. */
  readonly #waiting = new Map<number, Set<number>>();
  /** Batches that no money is left for. */
  readonly #refused = new Map<number, unknown>();
  /** The requests of batches that have no money yet. */
  readonly #unpaid = new Map<number, ReadonlySet<string>>();
  /** Batches that have the money, or wait for it. */
  readonly #paid = new Map<number, 'paid' | 'waiting'>();
  /** Batches that are known not to be at the provider. */
  readonly #absent = new Set<number>();
  /** Most tokens that may wait at the provider, by model, as far as it has said so. */
  readonly #caps = new Map<string, number>();
  /** Replies of 429 in a row, by model. */
  readonly #throttled = new Map<string, number>();
  #lastNumber: number;
  #version = 0;
  #failures = 0;
  #failure: { readonly error: unknown } | undefined;
  #running: Promise<void> | undefined;
  #isKicked = false;
  #sleep = new AbortController();
  #changed = Promise.withResolvers<void>();

  constructor(options: BatchQueueOptions) {
    const { job, log, segmentSize, budget } = options;
    this.#options = options;
    this.#log = log;
    this.#abortSignal = AbortSignal.any([options.abortSignal, this.#stopping.signal]);
    this.#lastNumber = Math.max(0, ...log.all.map(({ number }) => number));
    this.#pools = new RequestPools({
      job,
      segmentSize,
      nextNumber: () => this.#nextNumber(),
      maxTokens: (model) => this.#caps.get(model) ?? Infinity,
      onSealed: async (batch) => {
        await log.append({ type: 'sealed', ...batch });
        this.kick();
      },
    });
    this.#money = new BatchMoney({
      budget,
      abortSignal: this.#abortSignal,
      onSettled: (root, cost) => log.append({ type: 'settled', number: root, cost }),
    });
    for (const batch of log.active) this.#wait(batch);
  }

  /** Adds a request to a batch. */
  add(id: string, request: BatchedRequest, segment: number): void {
    this.#waitFor(segment, this.#pools.add(id, request));
  }

  /** Waits until what was added is written. */
  drain(): Promise<void> {
    return this.#pools.drain();
  }

  /** Submits all that was added. */
  submitAll(): Promise<void> {
    return this.#pools.sealAll();
  }

  /** Whether batches have requests of a segment, besides those that wait for what others leave of the money. */
  isWaiting(segment: number): boolean {
    return [...(this.#waiting.get(segment) ?? [])].some((number) => !this.#unpaid.has(number));
  }

  /** Whether anything may still come. */
  get isActive(): boolean {
    return this.#running !== undefined || this.#hasWork;
  }

  get #hasWork(): boolean {
    return this.#isKicked || this.#log.active.some(({ number }) => !this.#refused.has(number));
  }

  /** The work on a segment begins, for which nothing is under way but what waits for money. */
  openSegment(segment: number): OpenedSegment {
    const active = new Set(this.#log.active.map(({ root }) => root));
    return {
      countAnswers: this.#money.openSegment(segment, active),
      unpaid: [...(this.#waiting.get(segment) ?? [])].flatMap((number) => this.#unpaid.get(number) ?? []),
    };
  }

  /** The budget of the answers of a batch: it was set aside before. */
  budgetOf(root: number): CallBudget {
    return this.#money.budgetOf(root);
  }

  /** Begins with the batches of earlier runs. */
  async open(): Promise<void> {
    await this.#money.load(this.#log.all, this.#log.settled);
    if (this.#hasWork) this.kick();
  }

  /** Why a batch was not submitted: no money is left. */
  get refusal(): { readonly error: unknown } | undefined {
    const [error] = this.#refused.values();
    return error === undefined ? undefined : { error };
  }

  /** Raised when a batch is over. */
  get version(): number {
    return this.#version;
  }

  /** Resolves when a batch is over that was not yet in a version. @throws what keeps batches from going on. */
  async changeSince(version: number): Promise<void> {
    this.#check();
    if (this.#version === version) await raceAbort(this.#changed.promise, this.#abortSignal);
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Has the queue look at its batches now. */
  kick(): void {
    this.#isKicked = true;
    this.#sleep.abort();
    this.#running ??= this.#run();
  }

  /** Leaves the batches running at their providers. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#pools.close();
    await this.#log.close();
  }

  async #run(): Promise<void> {
    const { firstPollMs, maxPollMs } = this.#options.pace;
    let waitMs = firstPollMs;
    try {
      while (this.#hasWork) {
        this.#isKicked = false;
        this.#check();
        const hasHappened = await this.#step();
        this.#options.onChange(this.#log.all);
        if (!this.#hasWork) break;
        waitMs = hasHappened ? firstPollMs : Math.min(maxPollMs, waitMs * 1.5);
        await this.#pause(waitMs);
      }
    } catch (error) {
      if (!this.#abortSignal.aborted) this.#failure = { error };
    }
    this.#running = undefined;
    this.#announce();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#isKicked) return;
    this.#sleep = new AbortController();
    const signal = AbortSignal.any([this.#sleep.signal, this.#abortSignal]);
    await delay(milliseconds, undefined, { signal }).catch(() => {});
    this.#abortSignal.throwIfAborted();
  }

  #announce(): void {
    this.#version += 1;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** @returns whether a batch was submitted or is over */
  async #step(): Promise<boolean> {
    let hasHappened = false;
    for (const batch of this.#log.active) {
      this.#abortSignal.throwIfAborted();
      if (this.#refused.has(batch.number)) continue;
      try {
        if (await this.#advance(batch)) hasHappened = true;
        this.#failures = 0;
      } catch (thrown) {
        this.#abortSignal.throwIfAborted();
        const error = toCallError(thrown, batch.model);
        this.#failures += 1;
        if (!error.isRetryable || this.#failures > MAX_FAILURES) throw error;
        // The others are asked later as well.
        return hasHappened;
      }
    }
    return hasHappened;
  }

  async #advance(batch: BatchRecord): Promise<boolean> {
    const access = await this.#options.reach(batch.model);
    const api = BATCH_APIS[access.api];
    const target = { access, abortSignal: this.#abortSignal };
    switch (batch.state) {
      case 'waiting':
        return this.#hasRoom(batch) && this.#isPaid(batch) && (await this.#submit(batch, api, target));
      case 'submitting':
        if (!this.#absent.has(batch.number)) {
          const { searchMs } = this.#options.pace;
          if (await findBatch(batch, { log: this.#log, api, target, searchMs })) return true;
          this.#absent.add(batch.number);
        }
        return this.#isPaid(batch) && (await this.#submit(batch, api, target));
      case 'running':
        return this.#look(batch, api, target);
      default:
        return false;
    }
  }

  /** Whether the provider takes it beside what waits there already, as far as that is known. */
  #hasRoom({ model, tokens }: BatchRecord): boolean {
    const running = this.#tokensRunning(model);
    return running === 0 || running + tokens <= (this.#caps.get(model) ?? Infinity);
  }

  #tokensRunning(model: string): number {
    const running = this.#log.active.filter((one) => one.model === model && one.state === 'running');
    return running.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Whether its money is set aside. Begins to wait for it, and makes it smaller where less is left. */
  #isPaid(batch: BatchRecord): boolean {
    const { number } = batch;
    const known = this.#paid.get(number);
    if (known !== undefined) return known === 'paid';
    this.#paid.set(number, 'waiting');
    this.#pay(batch)
      .catch((error: unknown) => {
        if (error instanceof BudgetExceededError) this.#refused.set(number, error);
        else this.#failure ??= { error };
        this.#announce();
      })
      .finally(() => this.kick());
    return false;
  }

  async #pay(batch: BatchRecord): Promise<void> {
    const { number, requests } = batch;
    const reserving = this.#money.reserve(batch);
    reserving.catch(() => {});
    if ((await Promise.race([reserving.catch(() => undefined), nextTurn()])) === undefined) {
      // The answers of others have to be counted first: the work on the same segments goes on.
      const ids = new Set<string>();
      for await (const { id } of readBatchLines(this.#options.job, number)) ids.add(id);
      this.#unpaid.set(number, ids);
      this.#announce();
    }
    const share = await reserving;
    if (share < 1) await this.#divide(batch, Math.max(1, Math.floor(share * requests)));
    else this.#paid.set(number, 'paid');
    this.#unpaid.delete(number);
  }

  /** Makes two batches of one. */
  async #divide(batch: BatchRecord, maxRequests: number): Promise<void> {
    const { job, segmentSize } = this.#options;
    const nextNumber = () => this.#nextNumber();
    const next = await splitBatch(batch, { job, segmentSize, nextNumber, maxRequests, isNewRoot: true });
    await this.#end(batch, { ...NOTHING, next });
  }

  async #submit(batch: BatchRecord, api: BatchApi, target: BatchTarget): Promise<boolean> {
    const { number, model, modelId, bytes, beta } = batch;
    const path = requestsPath(this.#options.job, number);
    const file = { path, bytes, modelId, beta, name: nameOfBatch(this.#log, batch) };
    const prepared = await this.#refusable(batch, () => api.prepare(file, target));
    if (prepared === undefined) return true;
    let before: string | undefined;
    if (!api.hasNames) for await (const { id } of api.list(target)) if ((before = id) !== '') break;
    await this.#log.append({ type: 'intent', number, before });
    this.#absent.delete(number);
    const id = await this.#refusable(batch, () => api.create(prepared, file, target));
    if (id === undefined) return true;
    this.#throttled.delete(model);
    await this.#log.append({ type: 'submitted', number, id, at: Date.now() });
    return true;
  }

  /**
   * Sends something of a batch. Where the provider refuses it, that is the outcome of the batch.
   *
   * @returns undefined where it was refused
   */
  async #refusable(batch: BatchRecord, request: () => Promise<string>): Promise<string | undefined> {
    try {
      return await request();
    } catch (error) {
      this.#abortSignal.throwIfAborted();
      const { number, model, requests } = batch;
      const status = statusOf(error);
      // Whether it was made is not known.
      if (status === undefined || status >= 500) throw error;
      this.#absent.add(number);
      const isTooMuch = status === 413 || (status === 429 && this.#countThrottled(model));
      if (status === 429 && !isTooMuch) {
        if (this.#tokensRunning(model) > 0) return undefined;
        throw error;
      }
      if (!isTooMuch && ![400, 422].includes(status)) throw error;
      const refusal = { message: errorMessage(error), lines: [], isTooMuch: isTooMuch && requests > 1 };
      await this.#collect(batch, { isOver: true, ended: 0, refusal, raw: undefined });
      return undefined;
    }
  }

  /** Whether a model was refused so often that its batches have to be smaller. */
  #countThrottled(model: string): boolean {
    const count = (this.#throttled.get(model) ?? 0) + 1;
    if (this.#tokensRunning(model) === 0) this.#throttled.set(model, count);
    return count > MAX_THROTTLED;
  }

  async #look(batch: BatchRecord, api: BatchApi, target: BatchTarget): Promise<boolean> {
    const { number, id = '' } = batch;
    const state = await api.state(id, target);
    if (!state.isOver) {
      if (state.ended !== batch.ended || state.expiresAt !== batch.expiresAt) {
        await this.#log.append({ type: 'progress', number, ended: state.ended, expiresAt: state.expiresAt });
      }
      return false;
    }
    await this.#collect(batch, state, api, target);
    return true;
  }

  async #collect(batch: BatchRecord, state: BatchState, api?: BatchApi, target?: BatchTarget): Promise<void> {
    const { job, segmentSize } = this.#options;
    const { model, number } = batch;
    if (state.refusal?.isTooMuch === true) {
      const tried = this.#tokensRunning(model) + (batch.state === 'running' ? 0 : batch.tokens);
      this.#caps.set(model, Math.min(state.refusal.limit ?? Infinity, Math.floor(tried * CAUTION)));
      this.#throttled.delete(model);
    }
    const access = target?.access ?? (await this.#options.reach(model));
    const collected = await collectBatch(batch, {
      job,
      segmentSize,
      api: api ?? BATCH_APIS[access.api],
      state,
      target: target ?? { access, abortSignal: this.#abortSignal },
      nextNumber: () => this.#nextNumber(),
      maxTokens: this.#caps.get(model) ?? Infinity,
    });
    if (collected === undefined) await this.#log.append({ type: 'rejected', number, id: batch.id ?? '' });
    else await this.#end(batch, collected);
  }

  async #end(batch: BatchRecord, outcome: CollectedBatch): Promise<void> {
    const { number, segments } = batch;
    await this.#log.append({ type: 'over', number, ...outcome });
    for (const next of outcome.next) {
      this.#wait(next);
      if (next.root === batch.root) this.#paid.set(next.number, 'paid');
    }
    for (const segment of segments) this.#waiting.get(segment)?.delete(number);
    await rm(requestsPath(this.#options.job, number), { force: true });
    this.#announce();
  }

  #wait({ number, segments }: SealedBatch): void {
    for (const segment of segments) this.#waitFor(segment, number);
  }

  #waitFor(segment: number, number: number): void {
    const waiting = this.#waiting.get(segment) ?? new Set();
    this.#waiting.set(segment, waiting.add(number));
  }

  #nextNumber(): number {
    return (this.#lastNumber += 1);
  }
}

const NOTHING = { answered: 0, expired: 0, cancelled: 0, failed: 0, missing: 0, unknown: 0 };

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** Finds how the provider of a model is reached. */
export function reachBy(
  load: (model: string) => Promise<object>,
  accessOf: (model: object) => BatchAccess | undefined,
): BatchQueueOptions['reach'] {
  const known = new Map<string, BatchTarget['access']>();
  return async (model) => {
    const found = known.get(model) ?? accessOf(await load(model));
    if (found === undefined) {
      throw new InvalidArgumentError({
        parameter: 'model',
        value: model,
        message: 'its provider has no batches any more, and the job has some there.',
      });
    }
    known.set(model, found);
    return found;
  };
}
