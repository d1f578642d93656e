import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '../../../util/parse-json.ts';
import type { DocumentStore } from './document-store.ts';

/** Waits after a write that another process was faster than, at most so many milliseconds. */
const MAX_CONFLICT_MS = 50;
/** Waits after an error of the store: from the first to the last, twice as long each time. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/** Changes a document in place. It may be called again on a newer state, so it must not do anything else. */
export type Change<STATE, RESULT> = (state: STATE, now: number) => RESULT;

interface Pending<STATE> {
  /** Returns what to do once the change is written. */
  readonly apply: (state: STATE, now: number) => () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * One document that many processes change. Changes that are asked for while one is being written go into the next write
 * together, so that a process has one write under way at a time, however many calls it makes.
 */
export class SharedDocument<STATE extends object> {
  readonly #store: DocumentStore;
  readonly #name: string;
  readonly #create: ((now: number) => STATE) | undefined;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #closed = new AbortController();
  #pending: Pending<STATE>[] = [];
  #isWriting = false;

  /**
   * @param options.create What a document is that is not there. Without it, changes wait until somebody else has made it.
   * @param options.onError Told when the store fails; the change is tried again.
   */
  constructor(
    store: DocumentStore,
    name: string,
    options: {
      readonly create?: (now: number) => STATE;
      readonly onError?: ((error: unknown) => void) | undefined;
    } = {},
  ) {
    this.#store = store;
    this.#name = name;
    this.#create = options.create;
    this.#onError = options.onError;
  }

  /** The document as it is now; undefined where there is none. @throws what the store fails with. */
  async read(): Promise<{ readonly state: STATE | undefined; readonly now: number }> {
    const { text, now } = await this.#store.read(this.#name);
    return { state: text === undefined ? undefined : (parseJson(text) as STATE), now };
  }

  /** Changes the document. Waits as long as the store cannot be reached. @throws the reason of {@link close}. */
  change<RESULT>(apply: Change<STATE, RESULT>): Promise<RESULT> {
    const { promise, resolve, reject } = Promise.withResolvers<RESULT>();
    if (this.#closed.signal.aborted) reject(this.#closed.signal.reason as Error);
    else {
      this.#pending.push({
        reject,
        apply: (state, now) => {
          const result = apply(state, now);
          return () => resolve(result);
        },
      });
      void this.#write();
    }
    return promise;
  }

  /** Waits until what was asked for is written, at most so many milliseconds, and refuses the rest. */
  async close(maxMs = 2000): Promise<void> {
    const end = Date.now() + maxMs;
    while (this.#isWriting && Date.now() < end) await delay(5);
    this.#closed.abort(new Error('The connection to the queue is closed.'));
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    let retryMs = FIRST_RETRY_MS;
    while (this.#pending.length > 0) {
      if (this.#closed.signal.aborted) {
        for (const { reject } of this.#pending.splice(0)) reject(this.#closed.signal.reason);
        break;
      }
      const batch = this.#pending;
      this.#pending = [];
      try {
        const written = await this.#attempt(batch);
        if (written !== undefined) {
          retryMs = FIRST_RETRY_MS;
          for (const done of written) done();
          continue;
        }
        await delay(Math.random() * MAX_CONFLICT_MS);
      } catch (error) {
        this.#onError?.(error);
        await delay(retryMs * (0.5 + Math.random()));
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
      }
      this.#pending = [...batch, ...this.#pending];
    }
    this.#isWriting = false;
  }

  /** @returns what to do for each change; undefined where they have to be applied once more. */
  async #attempt(batch: readonly Pending<STATE>[]): Promise<readonly (() => void)[] | undefined> {
    const { text, version, now } = await this.#store.read(this.#name);
    const state = text === undefined ? this.#create?.(now) : (parseJson(text) as STATE);
    if (state === undefined) return undefined;
    const done = batch.map(({ apply }) => apply(state, now));
    return (await this.#store.replace(this.#name, JSON.stringify(state), version)) ? done : undefined;
  }
}
