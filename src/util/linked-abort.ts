/**
 * An abort controller that also aborts with another signal, until it is disposed. Unlike `AbortSignal.any` it leaves
 * nothing behind on a signal that outlives many pieces of work.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | undefined;

  constructor(parent: AbortSignal | undefined) {
    this.#parent = parent;
    if (parent?.aborted === true) this.#onAbort();
    else parent?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#parent?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = () => this.#controller.abort(this.#parent?.reason);
}
