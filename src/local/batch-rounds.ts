/** A step of native work that one call wants done next. */
interface Step {
  /** Tokens that it evaluates. */
  readonly tokens: number;
  readonly alone: boolean;
  /** Does the work; never rejects. */
  readonly start: () => Promise<void>;
}

/** Options of {@link BatchRounds.run}. */
export interface StepOptions {
  /** Tokens that the step evaluates. */
  readonly tokens: number;
  /** True for a step that shares its batch with no other. */
  readonly alone: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Runs one native batch. `tokens` is the number of tokens in it. */
export type RunBatch = (tokens: number, work: () => Promise<void>) => Promise<void>;

/**
 * Decides which calls share a native batch: in rounds, each of them one batch. Steps wait in a queue; a round takes
 * the first, and if it may share, all others in the queue that may. While a round runs, nothing else is evaluated.
 *
 * Why rounds: left to itself the runtime starts a batch as soon as anyone asks, and calls that run side by side get out of
 * step and are evaluated one by one (measured: 2 calls shared no batch at all).
 *
 * Why some steps go alone: the sum of the same numbers comes out differently, in its last bits, with the shape of the
 * batch, and a small model turns a last bit into another word. A prompt's chunks always go alone, so that the same
 * prompt gives the same state; so do the tokens of calls that must repeat exactly.
 */
export class BatchRounds {
  readonly #runBatch: RunBatch;
  readonly #queue: Step[] = [];
  #running = false;

  constructor(runBatch: RunBatch = (_tokens, work) => work()) {
    this.#runBatch = runBatch;
  }

  /**
   * Does a step in its turn. An abort takes it out of the queue; once it has begun, it runs to its end, since native
   * work cannot be stopped.
   *
   * @throws what the step throws, or the signal's reason where it never began.
   */
  run<VALUE>(step: () => Promise<VALUE>, { tokens, alone, signal }: StepOptions): Promise<VALUE> {
    const { promise, resolve, reject } = Promise.withResolvers<VALUE>();
    if (signal?.aborted === true) {
      reject(signal.reason);
      return promise;
    }
    const entry: Step = {
      tokens,
      alone,
      start: async () => {
        signal?.removeEventListener('abort', onAbort);
        try {
          resolve(await step());
        } catch (error) {
          reject(error);
        }
      },
    };
    const onAbort = () => {
      const index = this.#queue.indexOf(entry);
      if (index === -1) return;
      this.#queue.splice(index, 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#queue.push(entry);
    if (!this.#running) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    // A turn of the event loop before each round: calls whose last step has just ended queue up again.
    await nextTurn();
    for (let round = this.#take(); round.length > 0; round = this.#take()) {
      const steps = round;
      const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
      await this.#runBatch(tokens, async () => {
        await Promise.all(steps.map((step) => step.start()));
      });
      await nextTurn();
    }
    this.#running = false;
  }

  #take(): Step[] {
    const first = this.#queue.shift();
    if (first === undefined) return [];
    if (first.alone) return [first];
    const others = this.#queue.filter((step) => !step.alone);
    this.#queue.splice(0, Infinity, ...this.#queue.filter((step) => step.alone));
    return [first, ...others];
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
