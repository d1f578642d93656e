/** Someone in line for a place. */
interface Waiter<PLACE> {
  readonly affinity: (place: PLACE) => number;
  readonly give: (place: PLACE) => void;
}

/**
 * A fixed number of places for calls. Further calls wait in line, first come first served. A place keeps what was
 * done on it, so each call gets the free place that suits it best, and among equals the one unused for longest.
 */
export class SequencePool<PLACE> {
  /** Unused for longest first. */
  readonly #free: PLACE[];
  readonly #size: number;
  readonly #line: Waiter<PLACE>[] = [];
  readonly #idle: (() => void)[] = [];

  constructor(places: readonly PLACE[]) {
    this.#free = [...places];
    this.#size = places.length;
  }

  /**
   * A place of one's own until {@link release}.
   *
   * @param affinity how well a place suits; higher is better.
   * @throws the signal's reason on abort while waiting.
   */
  async acquire(affinity: (place: PLACE) => number, signal?: AbortSignal): Promise<PLACE> {
    signal?.throwIfAborted();
    const free = this.#takeBest(affinity);
    if (free !== undefined) return free;
    const { promise, resolve, reject } = Promise.withResolvers<PLACE>();
    const waiter: Waiter<PLACE> = {
      affinity,
      give: (place) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(place);
      },
    };
    const onAbort = () => {
      this.#line.splice(this.#line.indexOf(waiter), 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#line.push(waiter);
    return promise;
  }

  /** Gives a place back, to the first in line or to the free ones. */
  release(place: PLACE): void {
    const next = this.#line.shift();
    if (next !== undefined) {
      next.give(place);
      return;
    }
    this.#free.push(place);
    if (this.#free.length === this.#size) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves once every place has been given back. */
  async whenIdle(): Promise<void> {
    if (this.#free.length === this.#size) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  #takeBest(affinity: (place: PLACE) => number): PLACE | undefined {
    if (this.#free.length === 0) return undefined;
    const scores = this.#free.map(affinity);
    return this.#free.splice(scores.indexOf(Math.max(...scores)), 1)[0];
  }
}
