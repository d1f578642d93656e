import PQueue from 'p-queue';
import { raceAbort } from '../util/race-abort.ts';

/**
 * The sequences of a context, each for one call at a time. Further calls wait, first come first served. A sequence
 * keeps what was evaluated on it, so each call gets the free one that suits it best, and among equals the one unused
 * for longest.
 */
export class SequencePool<SEQUENCE> {
  /** Unused for longest first. */
  readonly #free: SEQUENCE[];
  readonly #queue: PQueue;

  constructor(sequences: readonly SEQUENCE[]) {
    this.#free = [...sequences];
    this.#queue = new PQueue({ concurrency: sequences.length });
  }

  /**
   * Does work on a sequence that no other call uses. An abort rejects at once; work that has begun keeps its sequence
   * until it ends.
   *
   * @throws the signal's reason on abort.
   */
  run<VALUE>(
    work: (sequence: SEQUENCE) => Promise<VALUE>,
    {
      affinity,
      signal,
    }: {
      /** How well a sequence suits; higher is better. */
      affinity: (sequence: SEQUENCE) => number;
      signal?: AbortSignal | undefined;
    },
  ): Promise<VALUE> {
    // The queue does not get the signal: it would let the next call in at the abort, while native work goes on.
    const turn = this.#queue.add(async () => {
      signal?.throwIfAborted();
      const scores = this.#free.map(affinity);
      const [sequence] = this.#free.splice(scores.indexOf(Math.max(...scores)), 1) as [SEQUENCE];
      try {
        return await work(sequence);
      } finally {
        this.#free.push(sequence);
      }
    });
    return raceAbort(turn, signal);
  }

  /** Resolves once no call runs or waits. */
  whenIdle(): Promise<void> {
    return this.#queue.onIdle();
  }
}
