import type { BatchApi, BatchOutcome, BatchState, BatchTarget } from './batch-api.ts';
import type { BatchOutcomeCounts, BatchRecord, SealedBatch } from './batch-log.ts';
import { MAX_READS, MAX_REFUSALS, MAX_TRIES } from './batch-pace.ts';
import { type KeptReply, ReplyWriter } from './reply-file.ts';
import { indexOf } from './request-id.ts';
import { readBatchLines, splitBatch } from './split-batch.ts';

/** What came of a batch that is over: its answers are on the disk. */
export interface CollectedBatch extends BatchOutcomeCounts {
  /** What is to be submitted again. */
  readonly next: readonly SealedBatch[];
  /** Nothing more is answered before it is mended: the credit is used up. */
  readonly stop: Error | undefined;
}

/** Why a request has no answer. */
interface Unanswered {
  readonly kind: 'expired' | 'cancelled' | 'failed' | 'missing';
  readonly message: string;
}

type Counts = { -readonly [NAME in keyof BatchOutcomeCounts]: number };

/** The parts of a batch differ by as much, since requests do. */
const UNEVEN = 1.05;

/** Takes the results of one batch that is over. They may have to be read several times until they are complete. */
export class BatchCollector {
  readonly #batch: BatchRecord;
  readonly #job: string;
  readonly #segmentSize: number;
  /** The requests in their order: the read that answered it, why it has no answer, or undefined where nothing is said. */
  readonly #requests = new Map<string, number | Unanswered | undefined>();
  #reads = 0;
  /** Reads that came to their end without being complete. */
  #incomplete = 0;
  #answered = 0;
  #stop: Error | undefined;

  constructor(batch: BatchRecord, { job, segmentSize }: { job: string; segmentSize: number }) {
    this.#batch = batch;
    this.#job = job;
    this.#segmentSize = segmentSize;
  }

  /** @returns what came of it; 'another' where the results are those of another's batch, 'incomplete' where some are not there yet */
  async collect(
    state: BatchState,
    {
      api,
      target,
      nextNumber,
      maxTokens,
    }: {
      readonly api: BatchApi;
      readonly target: BatchTarget;
      readonly nextNumber: () => number;
      /** Most tokens of a batch of this model. */
      readonly maxTokens: () => number;
    },
  ): Promise<CollectedBatch | 'another' | 'incomplete'> {
    const { refusal } = state;
    const counts: Counts = { answered: 0, expired: 0, cancelled: 0, failed: 0, missing: 0, unknown: 0 };
    await this.#begin();
    const writer = new ReplyWriter(this.#job);
    let again: Pick<SealedBatch, 'tries' | 'refusals'>;
    try {
      // Of a batch that was never made there is nothing.
      const results = state.raw === undefined ? [] : api.results(this.#batch.id ?? '', state, target);
      const { found, unreadable } = await this.#read(results, { counts, writer });
      const mayBeAnother = this.#batch.isGuess && counts.unknown > 0 && found === 0;
      const read = mayBeAnother ? counts.unknown : found;
      const isWhole = unreadable === 0 && read >= Math.min(state.ended, this.#requests.size);
      if (!isWhole && !this.#isAnswered && (this.#incomplete += 1) < MAX_READS) return 'incomplete';
      if (mayBeAnother) return 'another';
      again = await this.#end(state, { counts, writer });
    } finally {
      await writer.close();
    }
    const stop = this.#stop ?? refusal?.stop;
    return { ...counts, stop, next: await this.#split(again, { nextNumber, maxTokens: maxTokens() }) };
  }

  /** Begins a read: what was answered before stays answered. */
  async #begin(): Promise<void> {
    this.#reads += 1;
    if (this.#requests.size > 0) {
      for (const [id] of this.#unanswered()) this.#requests.set(id, undefined);
      return;
    }
    for await (const { id } of readBatchLines(this.#job, this.#batch.number)) this.#requests.set(id, undefined);
  }

  async #read(
    results: AsyncIterable<BatchOutcome> | Iterable<BatchOutcome>,
    { counts, writer }: { counts: Counts; writer: ReplyWriter },
  ): Promise<{ readonly found: number; readonly unreadable: number }> {
    let found = 0;
    let unreadable = 0;
    for await (const outcome of results) {
      const { id } = outcome;
      const known = this.#requests.get(id);
      const isAnswer = 'reply' in outcome;
      if (id === '') unreadable += 1;
      // A second result says nothing new, but for an answer after a failure.
      if (!this.#requests.has(id) || known === this.#reads || (typeof known === 'object' && !isAnswer)) {
        counts.unknown += 1;
        continue;
      }
      if (known === undefined || typeof known === 'number') found += 1;
      if (isAnswer) {
        if (typeof known === 'object') counts[known.kind] -= 1;
        if (typeof known !== 'number') await this.#answer(id, { reply: outcome.reply }, writer);
        this.#requests.set(id, this.#reads);
      } else if (known === undefined) {
        const { unanswered: kind, message } = outcome;
        counts[kind] += 1;
        this.#requests.set(id, { kind, message });
        this.#stop ??= outcome.stop;
      }
    }
    return { found, unreadable };
  }

  /** What becomes of the requests that no result has answered. */
  async #end(
    { refusal, rest }: BatchState,
    { counts, writer }: { counts: Counts; writer: ReplyWriter },
  ): Promise<Pick<SealedBatch, 'tries' | 'refusals'>> {
    const { tries, refusals } = this.#batch;
    const isRefused = refusal !== undefined;
    const status = isRefused ? 400 : 503;
    // Of too much, or of credit that is used up, nothing is known of the requests.
    const isForNow = isRefused && (refusal.excess !== undefined || refusal.stop !== undefined);
    if (isRefused && !isForNow) {
      const named = new Set(refusal.lines);
      let line = 0;
      for (const [id, known] of this.#requests) {
        line += 1;
        if (!named.has(line) || typeof known === 'number') continue;
        await this.#answer(id, { failure: { status, message: refusal.message } }, writer);
        this.#requests.set(id, this.#reads);
      }
    }
    counts.answered = this.#answered;
    if (isForNow) return { tries, refusals };
    const kind = isRefused ? 'failed' : (rest ?? 'missing');
    const message = refusal?.message ?? 'the provider gave no result for it';
    for (const [id, known] of this.#unanswered()) {
      if (known !== undefined) continue;
      counts[kind] += 1;
      this.#requests.set(id, { kind, message });
    }
    const next = { tries: tries + 1, refusals: isRefused && this.#answered === 0 ? refusals + 1 : 0 };
    if (next.tries < MAX_TRIES && next.refusals < MAX_REFUSALS) return next;
    for (const [id, known] of this.#unanswered()) {
      const failure = { status, message: isRefused ? message : `${known?.kind ?? kind}: ${known?.message ?? message}` };
      await writer.add(this.#segmentOf(id), { key: id, root: this.#batch.root, failure });
      this.#requests.set(id, this.#reads);
    }
    return next;
  }

  /** What is to be submitted again, as batches of about the same size. */
  async #split(
    again: Pick<SealedBatch, 'tries' | 'refusals'>,
    { nextNumber, maxTokens }: { nextNumber: () => number; maxTokens: number },
  ): Promise<readonly SealedBatch[]> {
    const { tokens } = this.#batch;
    const parts = Math.ceil(tokens / maxTokens);
    return splitBatch(
      { ...this.#batch, ...again },
      {
        job: this.#job,
        segmentSize: this.#segmentSize,
        nextNumber,
        maxTokens: parts <= 1 ? Infinity : Math.min(maxTokens, Math.ceil((tokens / parts) * UNEVEN)),
        keep: new Set(this.#unanswered().map(([id]) => id)),
      },
    );
  }

  async #answer(id: string, kept: Pick<KeptReply, 'reply' | 'failure'>, writer: ReplyWriter): Promise<void> {
    this.#answered += 1;
    await writer.add(this.#segmentOf(id), { key: id, root: this.#batch.root, ...kept });
  }

  #segmentOf(id: string): number {
    return Math.floor(indexOf(id) / this.#segmentSize);
  }

  get #isAnswered(): boolean {
    return this.#unanswered().length === 0;
  }

  #unanswered(): readonly (readonly [id: string, why: Unanswered | undefined])[] {
    const left: [string, Unanswered | undefined][] = [];
    for (const [id, known] of this.#requests) if (typeof known !== 'number') left.push([id, known]);
    return left;
  }
}
