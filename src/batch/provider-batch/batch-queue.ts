import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchedRequest } from '../../calls/index.ts';
import { isUsedUp, toCallError } from '../../calls/index.ts';
import { ModelCallError } from '../../error/index.ts';
import type { BatchAccess } from '../../spec/batch-access.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import { errorMessage } from '../../util/error-message.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { BATCH_APIS, type BatchState, type Reached } from './batch-api.ts';
import { requestsPath } from './batch-files.ts';
import { statusOf } from './batch-http.ts';
import type { BatchLog, BatchRecord, SealedBatch } from './batch-log.ts';
import { BatchMoney } from './batch-money.ts';
import { type BatchPace, MAX_FAILURES, MAX_UNKNOWN } from './batch-pace.ts';
import { BatchPayments } from './batch-payments.ts';
import { BatchCollector, type CollectedBatch } from './collect-batch.ts';
import type { IdSet } from './id-set.ts';
import { ProviderRoom } from './provider-room.ts';
import { RequestPools } from './request-pools.ts';
import { splitBatch } from './split-batch.ts';
import { BatchSubmitter } from './submit-batch.ts';
import { countUp } from './count-up.ts';

/** What a {@link BatchQueue} works with. */
export interface BatchQueueOptions {
  /** The folder. */
  readonly job: string;
  readonly log: BatchLog;
  readonly segmentSize: number;
  readonly budget: CallBudget | undefined;
  /** How the provider of a model is reached. */
  readonly reach: (model: string) => Promise<BatchAccess>;
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
  readonly unpaid: readonly IdSet[];
}

/** Whether a batch was submitted or is over; undefined where the provider was not asked. */
type Advance = boolean | undefined;

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
  readonly #payments: BatchPayments;
  readonly #submitter: BatchSubmitter;
  readonly #room = new ProviderRoom();
  /** Batches that are not over, by the segments of which they have requests. */
  readonly #waiting = new Map<number, Set<number>>();
  /** Batches whose results are being read. */
  readonly #collectors = new Map<number, BatchCollector>();
  /** Looks in a row at which the provider did not know a batch. */
  readonly #unknown = new Map<number, number>();
  /** Batches in a row that had too many tokens with nothing else of ours waiting, by model. */
  readonly #crowded = new Map<string, number>();
  /** Failures in a row that may pass by themselves, by model. */
  readonly #failures = new Map<string, number>();
  #lastNumber: number;
  #version = 0;
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
      maxTokens: (model) => this.#room.maxTokens(model),
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
    this.#payments = new BatchPayments({
      job,
      money: this.#money,
      divide: (batch, maxRequests) => this.#divide(batch, maxRequests),
      onChange: () => {
        this.#announce();
        this.kick();
      },
      onFailure: (error) => void (this.#failure ??= { error }),
    });
    this.#submitter = new BatchSubmitter({ job, log, pace: options.pace, abortSignal: this.#abortSignal });
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
    return [...(this.#waiting.get(segment) ?? [])].some((number) => this.#payments.unpaid(number) === undefined);
  }

  /** Whether anything may still come. */
  get isActive(): boolean {
    return this.#running !== undefined || this.#hasWork;
  }

  get #hasWork(): boolean {
    return this.#isKicked || this.#log.active.some(({ number }) => !this.#payments.isRefused(number));
  }

  /** The work on a segment begins, for which nothing is under way but what waits for money. */
  openSegment(segment: number): OpenedSegment {
    const active = new Set(this.#log.active.map(({ root }) => root));
    return {
      countAnswers: this.#money.openSegment(segment, active),
      unpaid: [...(this.#waiting.get(segment) ?? [])].flatMap((number) => this.#payments.unpaid(number) ?? []),
    };
  }

  /** The budget of the answers of a batch: it was set aside before. */
  budgetOf(root: number): CallBudget {
    return this.#money.budgetOf(root);
  }

  /** Begins with the batches of earlier runs. */
  async open(): Promise<void> {
    await this.#money.load(this.#log.all, this.#log.settled);
    this.#options.onChange(this.#log.all);
    if (this.#hasWork) this.kick();
  }

  /** Why a batch was not submitted: no money is left. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#payments.refusal;
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
    /** Models whose provider does not answer now: the others are asked all the same. */
    const failing = new Set<string>();
    for (const batch of this.#log.active) {
      const { number, model } = batch;
      this.#abortSignal.throwIfAborted();
      if (this.#payments.isRefused(number) || failing.has(model)) continue;
      try {
        const advance = await this.#advance(batch);
        if (advance === true) hasHappened = true;
        if (advance !== undefined) this.#failures.delete(model);
      } catch (thrown) {
        this.#abortSignal.throwIfAborted();
        this.#check();
        const error = toCallError(thrown, model);
        if (isUsedUp(thrown) || !error.isRetryable || countUp(this.#failures, model) > MAX_FAILURES) throw error;
        failing.add(model);
      }
    }
    return hasHappened;
  }

  async #advance(batch: BatchRecord): Promise<Advance> {
    const { model, state } = batch;
    const access = await this.#options.reach(model);
    const reached = { api: BATCH_APIS[access.api], target: { access, abortSignal: this.#abortSignal } };
    if (state === 'running') return this.#look(batch, reached);
    if (state === 'submitting' && (await this.#submitter.find(batch, reached))) return true;
    const running = this.#tokensRunning(model);
    if (state === 'waiting' && !this.#room.has(model, { ...batch, running })) return undefined;
    if (!this.#payments.isPaid(batch) || !this.#submitter.mayNow(model)) return undefined;
    return this.#submit(batch, reached);
  }

  /** Tokens of ours that wait at the provider. */
  #tokensRunning(model: string): number {
    const running = this.#log.active.filter((one) => one.model === model && one.state === 'running');
    return running.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Makes two batches of one. */
  async #divide(batch: BatchRecord, maxRequests: number): Promise<void> {
    const { job, segmentSize } = this.#options;
    const nextNumber = () => this.#nextNumber();
    const next = await splitBatch(batch, { job, segmentSize, nextNumber, maxRequests, isNewRoot: true });
    await this.#end(batch, { ...NOTHING, next });
  }

  async #submit(batch: BatchRecord, reached: Reached): Promise<Advance> {
    const isAlone = this.#tokensRunning(batch.model) === 0;
    const outcome = await this.#submitter.submit(batch, { ...reached, isAlone });
    if (outcome === 'submitted' || outcome === 'not now') return outcome === 'submitted';
    return this.#collect(batch, { isOver: true, ended: 0, refusal: outcome, raw: undefined }, reached);
  }

  async #look(batch: BatchRecord, reached: Reached): Promise<Advance> {
    const { number, id = '', model } = batch;
    try {
      const state = await reached.api.state(id, reached.target);
      const advance = state.isOver && (await this.#collect(batch, state, reached));
      this.#unknown.delete(number);
      if (!state.isOver && (state.ended !== batch.ended || state.expiresAt !== batch.expiresAt)) {
        await this.#log.append({ type: 'progress', number, ended: state.ended, expiresAt: state.expiresAt });
      }
      return advance;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // Given up by the user.
      if (batch.isCancelled) return this.#collect(batch, { isOver: true, ended: 0, raw: undefined }, reached);
      if (countUp(this.#unknown, number) <= MAX_UNKNOWN) return false;
      await this.#log.append({ type: 'lost', number });
      const message = `The provider does not know the batch ${id} any more, or does not have its results (404): ${errorMessage(error)} Use the key that the batch was submitted with. To give it up, cancel the batches of the job: its requests are submitted again then.`;
      return this.#giveUp(new ModelCallError({ kind: 'not-found', model, message, statusCode: 404 }));
    }
  }

  async #collect(batch: BatchRecord, state: BatchState, { api, target }: Reached): Promise<Advance> {
    const { job, segmentSize } = this.#options;
    const { number, model } = batch;
    const collector = this.#collectors.get(number) ?? new BatchCollector(batch, { job, segmentSize });
    this.#collectors.set(number, collector);
    const known = this.#learn(batch, state);
    const collected = await collector.collect(known, {
      api,
      target,
      nextNumber: () => this.#nextNumber(),
      maxTokens: () => this.#room.maxTokens(model),
    });
    if (collected === 'incomplete') return false;
    this.#collectors.delete(number);
    if (collected === 'another') {
      await this.#log.append({ type: 'rejected', number, id: batch.id ?? '' });
      return true;
    }
    const { stop, ...outcome } = collected;
    await this.#end(batch, outcome);
    if (stop !== undefined) this.#giveUp(toCallError(stop, model));
    if (known.refusal === undefined) {
      this.#room.isOver(model);
      this.#crowded.delete(model);
    }
    if (known.refusal?.excess !== 'tokens') return true;
    if ((this.#crowded.get(model) ?? 0) > MAX_FAILURES) {
      const { message } = known.refusal;
      this.#giveUp(
        new ModelCallError({ kind: 'rate-limited', model, message: `The provider takes no batch: ${message}` }),
      );
    }
    // What others have waiting there is not over at once.
    return false;
  }

  /** Learns how much a provider takes. @returns the state, where a batch that cannot be divided is simply refused */
  #learn(batch: BatchRecord, state: BatchState): BatchState {
    const { model, tokens, requests } = batch;
    const { refusal } = state;
    if (refusal === undefined) return state;
    const { excess, limit = Infinity } = refusal;
    const isHopeless = requests === 1 && (excess === 'size' || (excess === 'tokens' && tokens > limit));
    if (isHopeless) return { ...state, refusal: { ...refusal, excess: undefined } };
    if (excess === 'size') this.#room.tooLarge(model, tokens);
    if (excess === 'tokens') {
      const others = this.#tokensRunning(model) - (batch.state === 'running' ? tokens : 0);
      this.#room.tooMuch(model, others + tokens, limit);
      if (others === 0) countUp(this.#crowded, model);
    }
    return state;
  }

  /** Ends the run, whatever the error is. */
  #giveUp(error: unknown): never {
    this.#failure = { error };
    throw error;
  }

  async #end(batch: BatchRecord, outcome: Omit<CollectedBatch, 'stop'>): Promise<void> {
    const { number, segments } = batch;
    await this.#log.append({ type: 'over', number, ...outcome });
    for (const next of outcome.next) {
      this.#wait(next);
      if (next.root === batch.root) this.#payments.setPaid(next.number);
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
