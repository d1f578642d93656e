/** What goes over the wire of an answer: the events of a stream, or a body at once. It returns whether it has succeeded. */
export type AnswerPieces = AsyncGenerator<string, boolean>;

/** One of those who wait for an answer. */
export interface AnswerReader {
  /** The next piece; undefined after the last. @throws what the answer has failed with */
  next(): Promise<string | undefined>;
  /** Called by who reads no further. The last one to leave ends the work. */
  leave(): void;
}

/** Made once: making it takes longer than all else that a reader does who leaves. */
const LEFT = new DOMException('The reader has left.', 'AbortError');

/** An answer that several requests may read, each from its beginning. It is made as fast as the fastest of them reads. */
export class SharedAnswer {
  readonly #work = new AbortController();
  readonly #pieces: AnswerPieces;
  readonly #keptSize: number;
  readonly #onEnd: ((hasSucceeded: boolean) => void) | undefined;
  /** What was made, without what nobody needs again. */
  readonly #log: string[] = [];
  #dropped = 0;
  #size = 0;
  readonly #readers = new Set<{ at: number; wake: () => void }>();
  #isMaking = false;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    make: (signal: AbortSignal) => AnswerPieces,
    {
      keptSize = 0,
      onEnd,
    }: {
      /** Characters up to which it is kept for further readers. */
      readonly keptSize?: number;
      /** Called once: with false where it has failed, or was given up. */
      readonly onEnd?: (hasSucceeded: boolean) => void;
    } = {},
  ) {
    this.#pieces = make(this.#work.signal);
    this.#keptSize = keptSize;
    this.#onEnd = onEnd;
  }

  /** Characters that were made. */
  get size(): number {
    return this.#size;
  }

  /** Whether its beginning is there still. */
  get isWhole(): boolean {
    return this.#size <= this.#keptSize;
  }

  /** A reader from the beginning. */
  join(): AnswerReader {
    const reader = { at: 0, wake: () => {} };
    this.#readers.add(reader);
    return {
      next: async () => {
        for (;;) {
          if (!this.#readers.has(reader)) throw LEFT;
          const piece = this.#log[reader.at - this.#dropped];
          if (piece !== undefined) {
            reader.at += 1;
            this.#drop();
            // One piece ahead, so that an answer whose last piece was read is over.
            if (!this.#isOver) void this.#make();
            return piece;
          }
          if (this.#failure !== undefined) throw this.#failure.error;
          if (this.#isOver) return undefined;
          void this.#make();
          const { promise, resolve } = Promise.withResolvers<void>();
          reader.wake = resolve;
          await promise;
        }
      },
      leave: () => {
        this.#readers.delete(reader);
        reader.wake();
        if (this.#readers.size === 0) this.#giveUp();
      },
    };
  }

  /** The next piece, where it is not under way already. */
  async #make(): Promise<void> {
    if (this.#isMaking) return;
    this.#isMaking = true;
    try {
      const { value, done } = await this.#pieces.next();
      if (done === true) this.#end(value);
      else {
        this.#log.push(value);
        this.#size += value.length;
      }
    } catch (error) {
      this.#failure = { error };
      this.#end(false);
    } finally {
      this.#isMaking = false;
      for (const { wake } of this.#readers) wake();
    }
  }

  /** Drops what all readers have read, where there can be no others. */
  #drop(): void {
    if (this.isWhole) return;
    const read = Math.min(...[...this.#readers].map(({ at }) => at)) - this.#dropped;
    this.#log.splice(0, read);
    this.#dropped += read;
  }

  #giveUp(): void {
    if (this.#isOver) return;
    this.#work.abort();
    this.#end(false);
    this.#pieces.return(false).catch(() => {});
  }

  #end(hasSucceeded: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd?.(hasSucceeded);
  }
}
