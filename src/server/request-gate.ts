import { ApiError, RETRY_AFTER_SECONDS } from './api-error.ts';

/** Counts the requests that are being answered, and refuses what is too much at once, before anything is done for it. */
export class RequestGate {
  readonly #limit: number;
  readonly #closing = new AbortController();
  #running = 0;
  #isDraining = false;
  #onIdle: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Aborts what still runs when the server is closed at once. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get running(): number {
    return this.#running;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** @returns what is called once, when the request is answered or its client has left. @throws ApiError */
  enter(): () => void {
    const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) };
    if (this.#isDraining) {
      throw new ApiError({ status: 503, message: 'The server is shutting down.', headers });
    }
    if (this.#running >= this.#limit) {
      const message = `The server is answering ${this.#running} requests, and takes no more at once. Try again in some seconds.`;
      throw new ApiError({ status: 429, message, type: 'rate_limit_error', code: 'overloaded', headers });
    }
    this.#running += 1;
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    };
  }

  /** Takes no more requests, and waits for those that run. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  /** Ends those that run. */
  abort(reason: Error): void {
    this.#closing.abort(reason);
  }
}
