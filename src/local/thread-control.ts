import { FreeCores } from './free-cores.ts';
import type { ThreadTuner } from './thread-tuner.ts';

/**
 * Sets how many threads the shared runtime may use, batch by batch: what the model's tuner chooses, among as many as
 * other programs leave. While several models work at once, the runtime divides the cores between them.
 */
export class ThreadControl {
  readonly #setMost: (threads: number) => void;
  readonly #freeCores: Pick<FreeCores, 'count'>;
  readonly #now: () => number;
  #working = 0;
  /** Counts beginnings, to see whether a batch was alone from its beginning to its end. */
  #begun = 0;

  constructor({
    setMost,
    freeCores = new FreeCores(),
    now = () => performance.now(),
  }: {
    setMost: (threads: number) => void;
    freeCores?: Pick<FreeCores, 'count'>;
    now?: () => number;
  }) {
    this.#setMost = setMost;
    this.#freeCores = freeCores;
    this.#now = now;
  }

  /** Runs one batch of so many tokens. `cap` is the most threads its model may use. */
  async run(
    tokens: number,
    work: () => Promise<void>,
    { tuner, cap }: { tuner: ThreadTuner; cap: number },
  ): Promise<void> {
    const most = Math.max(1, Math.min(cap, this.#freeCores.count()));
    const alone = this.#working === 0;
    const threads = alone ? tuner.choose(tokens, most) : most;
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
