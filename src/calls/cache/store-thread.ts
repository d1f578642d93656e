import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StoreRequest } from './call-store.ts';

/** Options of {@link StoreThread}, those of the store in it. */
export interface StoreThreadOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** What comes back for several requests: a value for each, or why none of them could be done. */
export type StoreReply =
  | { readonly values: readonly (Uint8Array | undefined)[] }
  | { readonly error: string; readonly isBusy: boolean };

/** The store failed. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** Another process writes for longer than is worth waiting: the next request may succeed. */
  readonly isBusy: boolean;

  constructor(message: string, { isBusy }: { isBusy: boolean }) {
    super(message);
    this.isBusy = isBusy;
  }
}

interface Pending {
  readonly request: StoreRequest;
  resolve(value: Uint8Array | undefined): void;
  reject(error: Error): void;
}

/**
 * A store of calls in a thread of its own, so that the disk and other processes never block the event loop. Requests go
 * there together. The thread keeps the process alive only while a request is pending.
 */
export class StoreThread implements AsyncDisposable {
  readonly #worker: Worker;
  /** Not sent yet. */
  #waiting: Pending[] = [];
  /** Sent, in the order in which the replies come. */
  readonly #sent: (readonly Pending[])[] = [];
  readonly #collectMs: number;
  readonly #ended: Promise<unknown>;
  #isClosed = false;

  constructor(
    options: StoreThreadOptions,
    {
      collectMs = 0,
    }: {
      /** Milliseconds in which requests are collected before they are sent. @default 0: those of one turn of the event loop */
      collectMs?: number;
    } = {},
  ) {
    this.#collectMs = collectMs;
    // Beside this file in the sources and in the build, with the same extension.
    const file = new URL(`./call-store-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, {
      workerData: options,
      name: 'llm-blender-call-store',
      // Values pass through, so that little lives long.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
      // With this flag of scripts on the command line no file runs. Flags are passed on by default, and only then also
      // those that a thread may not have by itself, such as --expose-gc.
      ...(process.execArgv.some((flag) => flag.startsWith('--input-type')) ? { execArgv: [] } : {}),
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: StoreReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#ended = once(this.#worker, 'exit').catch(() => {});
    this.#worker.on('exit', () => this.#fail(new Error('The thread of the store has ended.')));
  }

  /** Gives what was read. @throws StoreError */
  request(request: StoreRequest): Promise<Uint8Array | undefined> {
    if (this.#isClosed) return Promise.reject(new StoreError('The store is closed.', { isBusy: false }));
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
    if (this.#waiting.length === 0) this.#sendSoon();
    this.#waiting.push({ request, resolve, reject });
    return promise;
  }

  /** Ends the thread after what is pending. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) {
      this.#send();
      this.#isClosed = true;
      this.#worker.ref();
      this.#worker.postMessage('close');
    }
    await this.#ended;
  }

  #sendSoon(): void {
    if (this.#collectMs === 0) setImmediate(() => this.#send());
    else setTimeout(() => this.#send(), this.#collectMs);
  }

  #send(): void {
    if (this.#waiting.length === 0 || this.#isClosed) return;
    const batch = this.#waiting;
    this.#waiting = [];
    if (this.#sent.length === 0) this.#worker.ref();
    this.#sent.push(batch);
    this.#worker.postMessage(batch.map(({ request }) => request));
  }

  #settle(reply: StoreReply): void {
    const batch = this.#sent.shift() ?? [];
    // What waits for its end keeps the process alive until then.
    if (this.#sent.length === 0 && !this.#isClosed) this.#worker.unref();
    for (const [index, { resolve, reject }] of batch.entries()) {
      if ('error' in reply) reject(new StoreError(reply.error, reply));
      else resolve(reply.values[index]);
    }
  }

  #fail(error: Error): void {
    this.#isClosed = true;
    for (const { reject } of [...this.#sent.flat(), ...this.#waiting]) {
      reject(new StoreError(error.message, { isBusy: false }));
    }
    this.#sent.length = 0;
    this.#waiting = [];
  }
}
