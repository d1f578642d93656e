import { setTimeout as delay } from 'node:timers/promises';
import type { FileKind } from '../../spec/attachments.ts';
import { raceAbort } from '../../util/race-abort.ts';

/**
 * Milliseconds that calls wait for the first one with files to a model, which shows whether it takes them. A refusal
 * comes at once, since nothing is computed for it.
 */
const FIRST_CALL_MS = 300;

/** What calls to one model have shown of the files that it takes. */
export class KnownFiles {
  readonly #takes = new Map<FileKind, boolean>();
  /** Settles with the outcome of the first call. */
  #firstCall: Promise<void> | undefined;

  isRefused(kind: FileKind): boolean {
    return this.#takes.get(kind) === false;
  }

  /** @param takes undefined = nothing is known after all. */
  set(kinds: Iterable<FileKind>, takes: boolean | undefined): void {
    for (const kind of kinds) {
      if (takes === undefined) this.#takes.delete(kind);
      else this.#takes.set(kind, takes);
    }
  }

  /**
   * Waits for a call that is the first with such files.
   *
   * @returns where this one is the first, the function that ends the wait of others.
   */
  async begin(kinds: ReadonlySet<FileKind>, abortSignal: AbortSignal | undefined): Promise<() => void> {
    const isKnown = () => [...kinds].every((kind) => this.#takes.has(kind));
    if (!isKnown() && this.#firstCall !== undefined) {
      await raceAbort(Promise.race([this.#firstCall, delay(FIRST_CALL_MS, undefined, { ref: false })]), abortSignal);
    }
    if (isKnown() || this.#firstCall !== undefined) return () => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#firstCall = promise;
    return () => {
      if (this.#firstCall === promise) this.#firstCall = undefined;
      resolve();
    };
  }
}
