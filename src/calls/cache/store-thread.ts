import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Options of {@link StoreThread}, those of the store in it. */
export interface StoreThreadOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Reads a key, or writes it where there is a value. */
export interface StoreRequest {
  readonly id: number;
  readonly key: string;
  readonly value?: Uint8Array | undefined;
}

export type StoreReply =
  | { readonly id: number; readonly value: Uint8Array | undefined }
  | { readonly id: number; readonly error: string; readonly isBusy: boolean };

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
  resolve(value: Uint8Array | undefined): void;
  reject(error: Error): void;
}

/**
 * A store of calls in a thread of its own, so that the disk and other processes never block the event loop. The thread
 * keeps the process alive only while a request is pending.
 */
export class StoreThread implements Disposable {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  #isClosed = false;

  constructor(options: StoreThreadOptions) {
    // Beside this file in the sources and in the build, with the same extension.
    const file = new URL(`./call-store-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: options, name: 'llm-blender-call-store' });
    this.#worker.unref();
    this.#worker.on('message', (reply: StoreReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', () => this.#fail(new Error('The thread of the store has ended.')));
  }

  /** @throws StoreError */
  get(key: string): Promise<Uint8Array | undefined> {
    return this.#send(key, undefined);
  }

  /** @throws StoreError */
  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#send(key, value);
  }

  /** Ends the thread after what is pending. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#worker.postMessage('close');
  }

  #send(key: string, value: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (this.#isClosed) return Promise.reject(new StoreError('The store is closed.', { isBusy: false }));
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
    this.#requests += 1;
    const id = this.#requests;
    if (this.#pending.size === 0) this.#worker.ref();
    this.#pending.set(id, { resolve, reject });
    this.#worker.postMessage({ id, key, value } satisfies StoreRequest);
    return promise;
  }

  #settle(reply: StoreReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in reply) pending?.reject(new StoreError(reply.error, reply));
    else pending?.resolve(reply.value);
  }

  #fail(error: Error): void {
    this.#isClosed = true;
    for (const { reject } of this.#pending.values()) reject(new StoreError(error.message, { isBusy: false }));
    this.#pending.clear();
  }
}
