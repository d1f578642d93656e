import type { ThreadTuner } from './thread-tuner.ts';

/**
 * Sets how many threads the shared runtime may use, batch by batch. A model that is alone gets what its tuner
 * chooses; while several models work at once, the runtime divides the cores between them.
 */
export class ThreadControl {
  readonly #setMost: (threads: number) => void;
  readonly #now: () => number;
  #working = 0;
  /** Counts beginnings, to see whether a batch was alone from its beginning to its end. */
  #begun = 0;

  constructor(setMost: (threads: number) => void, now: () => number = () => performance.now()) {
    this.#setMost = setMost;
    this.#now = now;
  }

  /** Runs one batch of so many tokens. `cap` is the most threads its model may use. */
  async run(
    tokens: number,
    work: () => Promise<void>,
    { tuner, cap }: { tuner: ThreadTuner; cap: number },
  ): Promise<void> {
    const alone = this.#working === 0;
    const threads = alone ? tuner.choose(tokens) : cap;
    this.#setMost(threads);
    this.#working += 1;
    this.#begun += 1;
    const { begun, started } = { begun: this.#begun, started: this.#now() };
    try {
      await work();
      if (alone && begun === this.#begun) tuner.record(tokens, threads, this.#now() - started);
    } finally {
      this.#working -= 1;
    }
  }
}
