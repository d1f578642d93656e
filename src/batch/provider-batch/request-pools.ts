import { BATCH_PRICE_FACTOR, BATCH_APIS } from './batch-api.ts';
import type { BatchedRequest } from '../../calls/index.ts';
import { requestsPath } from './batch-files.ts';
import type { SealedBatch } from './batch-log.ts';
import { RequestFile } from './request-file.ts';
import { indexOf } from './request-id.ts';

/** A batch that requests are added to. */
interface Pool {
  readonly number: number;
  readonly request: BatchedRequest;
  readonly file: RequestFile;
  readonly segments: Set<number>;
  tokens: number;
  cost: number | null;
}

/** Requests that wait until there are enough for a batch, by their model. */
export class RequestPools {
  readonly #job: string;
  readonly #segmentSize: number;
  readonly #nextNumber: () => number;
  readonly #maxTokens: (model: string) => number;
  readonly #onSealed: (batch: SealedBatch) => Promise<void>;
  readonly #pools = new Map<string, Pool>();
  /** Those that are written to the end. */
  readonly #sealing = new Set<Promise<void>>();

  constructor(options: {
    job: string;
    segmentSize: number;
    nextNumber: () => number;
    /** Most tokens of a batch of a model. */
    maxTokens: (model: string) => number;
    onSealed: (batch: SealedBatch) => Promise<void>;
  }) {
    this.#job = options.job;
    this.#segmentSize = options.segmentSize;
    this.#nextNumber = options.nextNumber;
    this.#maxTokens = options.maxTokens;
    this.#onSealed = options.onSealed;
  }

  /** Adds a request. @returns the number of its batch */
  add(id: string, given: BatchedRequest): number {
    const { model, access, request, tokens, cost } = given;
    const api = BATCH_APIS[access.api];
    const line = api.line(id, request);
    const name = `${model} ${request.beta}`;
    let pool = this.#pools.get(name);
    const bytes = Buffer.byteLength(line);
    if (
      pool !== undefined &&
      (pool.file.requests >= api.limits.requests ||
        pool.file.bytes + bytes > api.limits.bytes - FRAME_BYTES ||
        pool.tokens + tokens.inputTokens > this.#maxTokens(model))
    ) {
      this.#seal(name, pool);
      pool = undefined;
    }
    if (pool === undefined) {
      const number = this.#nextNumber();
      const file = new RequestFile(requestsPath(this.#job, number));
      pool = { number, request: given, file, segments: new Set(), tokens: 0, cost: 0 };
      this.#pools.set(name, pool);
    }
    pool.file.add(line);
    pool.segments.add(Math.floor(indexOf(id) / this.#segmentSize));
    pool.tokens += tokens.inputTokens;
    pool.cost = pool.cost === null || cost === undefined ? null : pool.cost + cost * BATCH_PRICE_FACTOR;
    return pool.number;
  }

  #seal(name: string, { number, request, file, segments, tokens, cost }: Pool): void {
    this.#pools.delete(name);
    const sealing = file.seal().then(() =>
      this.#onSealed({
        number,
        model: request.model,
        modelId: request.modelId,
        beta: request.request.beta,
        requests: file.requests,
        bytes: file.bytes,
        tokens,
        cost,
        segments: [...segments],
        root: number,
        tries: 0,
        refusals: 0,
      }),
    );
    sealing.catch(() => {}); // reported to the one who waits
    this.#sealing.add(sealing);
  }

  /** Waits until what was added is written. @throws what a write failed with. */
  async drain(): Promise<void> {
    for (const { file } of this.#pools.values()) await file.drain();
    const sealing = [...this.#sealing];
    await Promise.all(sealing);
    for (const one of sealing) this.#sealing.delete(one);
  }

  /** Makes batches of all that waits. */
  async sealAll(): Promise<void> {
    for (const [name, pool] of this.#pools) this.#seal(name, pool);
    await this.drain();
  }

  /** Leaves what waits: the next run adds it again. */
  async close(): Promise<void> {
    for (const { file } of this.#pools.values()) await file.close();
    await Promise.allSettled(this.#sealing);
  }
}

/** For what is around the requests. */
const FRAME_BYTES = 4096;
