/** A list that grows until it ends, kept for everyone who reads it, however late. */
export class StreamLog<ITEM> {
  readonly #items: ITEM[] = [];
  #end: { readonly error?: unknown } | undefined;
  #change = Promise.withResolvers<void>();

  append(item: ITEM): void {
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#wake();
  }

  /** Nothing follows what is there. */
  end(): void {
    this.#end ??= {};
    this.#wake();
  }

  /** Nothing follows, and readers fail at once. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** The items after the first `after`, and those that follow. Every reader has its own place, and none waits for another. */
  read({ after = 0, onCancel }: { after?: number; onCancel?: (reason: unknown) => void } = {}): ReadableStream<ITEM> {
    let next = after;
    return new ReadableStream<ITEM>(
      {
        pull: async (controller) => {
          for (;;) {
            if (this.#end !== undefined && 'error' in this.#end) return controller.error(this.#end.error);
            const item = this.#items[next];
            if (item !== undefined) {
              next += 1;
              return controller.enqueue(item);
            }
            if (this.#end !== undefined) return controller.close();
            await this.#change.promise;
          }
        },
        cancel: (reason) => onCancel?.(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** The items after the first `after` that are there. */
  since(after: number): readonly ITEM[] {
    return this.#items.slice(after);
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
