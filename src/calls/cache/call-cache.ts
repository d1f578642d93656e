import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { checkNumber } from '../../util/check-number.ts';
import { errorMessage } from '../../util/error-message.ts';
import { notify } from '../../util/notify.ts';
import { StoreError, StoreThread } from './store-thread.ts';

/** Options of the cache of model calls. */
export interface CacheOptions {
  /** The SQLite file. @default `calls.sqlite` in the cache folder (`LLM_BLENDER_CACHE`) */
  readonly path?: string | undefined;
  /** Most bytes of answers to keep; beyond it, what has not been used for longest goes. @default 256 MiB */
  readonly maxBytes?: number | undefined;
  /** Milliseconds after which an answer no longer counts. @default 14 days */
  readonly maxAgeMs?: number | undefined;
}

/** The file where none is named. */
export function cacheFile(cacheDirectory: string): string {
  return join(cacheDirectory, 'calls.sqlite');
}

const DEFAULT_MAX_BYTES = 256 * 2 ** 20;
/** Milliseconds in which writes are collected for one transaction: what a killed process loses. */
const COLLECT_MS = 20;

const DEFAULT_MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;

/** One reads, since calls wait for that; the other writes, and may wait for the disk or another process. */
interface StoreThreads {
  readonly reader: StoreThread;
  readonly writer: StoreThread;
}

/** Answers of earlier calls. A problem with the file is reported once, and the work goes on without. */
export class CallCache implements AsyncDisposable {
  readonly #findDefaultPath: () => Promise<string>;
  #path: string | undefined;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly #onWarning: ((message: string) => void) | undefined;
  #store: StoreThreads | undefined;
  /** What the reader does not see yet. */
  readonly #unwritten = new Map<string, Uint8Array>();
  #isBroken = false;

  /** Nothing is opened before the first use. @throws InvalidArgumentError */
  constructor({
    path,
    maxBytes = DEFAULT_MAX_BYTES,
    maxAgeMs = DEFAULT_MAX_AGE_MS,
    findDefaultPath,
    onWarning,
  }: CacheOptions & {
    /** Asked once, where no path is given. */
    findDefaultPath: () => Promise<string>;
    onWarning?: ((message: string) => void) | undefined;
  }) {
    for (const [name, value] of Object.entries({ maxBytes, maxAgeMs })) {
      if (value !== Infinity) checkNumber(`cache.${name}`, value, { above: 0 });
    }
    this.#path = path;
    this.#findDefaultPath = findDefaultPath;
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
    this.#onWarning = onWarning;
  }

  /** Finds the file. Before that nothing is read or kept. */
  async locate(): Promise<void> {
    this.#path ??= await this.#findDefaultPath();
  }

  /** What was stored under a key, exactly as it was. */
  async get(key: string): Promise<unknown> {
    const bytes = this.#unwritten.get(key) ?? (await this.#try(({ reader }) => reader.request({ type: 'read', key })));
    if (bytes === undefined) return undefined;
    void this.#try(({ writer }) => writer.request({ type: 'touch', key }));
    return parse(bytes);
  }

  /** Does not wait until it is written; the process does. */
  set(key: string, value: unknown): void {
    void this.#try(async ({ writer }) => {
      const bytes = serialize(value);
      this.#unwritten.set(key, bytes);
      try {
        await writer.request({ type: 'write', key, value: bytes });
      } finally {
        if (this.#unwritten.get(key) === bytes) this.#unwritten.delete(key);
      }
    });
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isBroken = true;
    await Promise.all([this.#store?.reader[Symbol.asyncDispose](), this.#store?.writer[Symbol.asyncDispose]()]);
  }

  async #try<RESULT>(work: (store: StoreThreads) => Promise<RESULT>): Promise<RESULT | undefined> {
    const path = this.#path;
    if (this.#isBroken || path === undefined) return undefined;
    try {
      this.#store ??= this.#open(path);
      return await work(this.#store);
    } catch (error) {
      // Another process may write for longer than is worth waiting: that is one answer not kept, no more.
      if (this.#isBroken || (error instanceof StoreError && error.isBusy)) return undefined;
      this.#isBroken = true;
      notify(
        this.#onWarning,
        `The cache of model calls cannot be used and is left out: ${errorMessage(error)} (${path}). Remove the file, or set LLM_BLENDER_CACHE to another folder.`,
      );
      return undefined;
    }
  }

  #open(path: string): StoreThreads {
    const options = { path, maxBytes: this.#maxBytes, maxAgeMs: this.#maxAgeMs };
    return { reader: new StoreThread(options), writer: new StoreThread(options, { collectMs: COLLECT_MS }) };
  }
}

/** Bytes that are no value are an entry of another version of Node: not found. */
function parse(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes);
  } catch {
    return undefined;
  }
}
