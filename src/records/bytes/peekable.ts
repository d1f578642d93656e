/** Chunks of bytes that can be looked at before they are read. */
export class PeekableBytes implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array | string>;
  #ahead: Uint8Array[] = [];
  #isEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array | string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The first bytes: reads until `isEnough` says so, or the end. What is looked at stays to be read. */
  async peek(
    isEnough: (head: Uint8Array) => boolean,
  ): Promise<{ readonly head: Uint8Array; /** Nothing follows. */ readonly isWhole: boolean }> {
    let head = Buffer.concat(this.#ahead);
    while (!this.#isEnded && !isEnough(head)) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      head = Buffer.concat([head, chunk]);
      this.#ahead = [head];
    }
    return { head, isWhole: this.#isEnded };
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#chunks.next();
    if (done === true) {
      this.#isEnded = true;
      return undefined;
    }
    return typeof value === 'string' ? Buffer.from(value) : value;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (const chunk of this.#ahead.splice(0)) yield chunk;
      for (;;) {
        const chunk = this.#isEnded ? undefined : await this.#next();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      await this.#chunks.return?.();
    }
  }
}
