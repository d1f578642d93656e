/** Options of {@link runItems}. */
export interface RunItemsOptions<ITEM, RESULT> {
  readonly items: AsyncIterable<ITEM>;
  readonly work: (item: ITEM) => Promise<RESULT>;
  /** Items in work at once. */
  readonly concurrency: number;
  /** Whether results come in the order of the items, or each as soon as it is there. */
  readonly order: 'input' | 'any';
  /**
   * Items that were begun and whose results have not been taken: what waits for an earlier one, or for a slow consumer.
   *
   * @default concurrency
   */
  readonly maxAhead?: number;
}

/**
 * Does the same with every item, several at a time. The source is read when there is room, and left with the loop.
 *
 * @throws what the source or any work throws, at once.
 */
export async function* runItems<ITEM, RESULT>(options: RunItemsOptions<ITEM, RESULT>): AsyncGenerator<RESULT, void> {
  const { items, work, concurrency, order, maxAhead = concurrency } = options;
  const iterator = items[Symbol.asyncIterator]();
  /** Results by their number: of the item, or in the order in which they came. */
  const ready = new Map<number, RESULT>();
  let begun = 0;
  let ended = 0;
  let taken = 0;
  let isReading = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};

  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };
  const begin = (item: ITEM) => {
    const number = begun++;
    work(item).then((result) => {
      ready.set(order === 'input' ? number : ended, result);
      ended += 1;
      wake();
      read();
    }, fail);
  };
  const read = () => {
    if (isReading || isOver || failure !== undefined) return;
    if (begun - ended >= concurrency || begun - taken >= maxAhead) return;
    isReading = true;
    iterator.next().then(({ done, value }) => {
      isReading = false;
      if (done === true) {
        isOver = true;
        wake();
        return;
      }
      begin(value);
      read();
    }, fail);
  };

  try {
    for (;;) {
      read();
      if (failure !== undefined) throw failure.error;
      const result = ready.get(taken);
      if (ready.has(taken)) {
        ready.delete(taken);
        taken += 1;
        yield result as RESULT;
      } else if (isOver && taken === begun) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isOver = true;
    // A source that waits for its next item cannot be left before that has come.
    const left = iterator.return?.()?.catch(() => {});
    if (!isReading) await left;
  }
}
