import type { CallWatch } from './call-scope.ts';

/** Passes on what happens to one call to all who wait for it; who comes later is told at once how it stands. */
export class WatchGroup implements CallWatch {
  /** The answer was made shorter for one caller's budget: it is that caller's alone, and not kept. */
  isCut = false;
  #running = false;
  readonly #watches = new Set<CallWatch>();

  started(): void {
    this.#running = true;
    for (const watch of this.#watches) watch.started();
  }

  stopped(): void {
    this.#running = false;
    for (const watch of this.#watches) watch.stopped();
  }

  /** Adds a watch until the returned function is called. */
  add(watch: CallWatch | undefined): () => void {
    if (watch === undefined) return () => {};
    this.#watches.add(watch);
    if (this.#running) watch.started();
    return () => void this.#watches.delete(watch);
  }
}
