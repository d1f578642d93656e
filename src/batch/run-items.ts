import { RecordSlots } from './record-slots.ts';

/** Options of {@link runItems}. */
export interface RunItemsOptions<ITEM, RESULT> {
  readonly items: AsyncIterable<ITEM>;
  readonly work: (item: ITEM) => Promise<RESULT>;
  /** Items in work at once, in this run or in all that share the slots. */
  readonly concurrency: number | RecordSlots;
  /** Whether results come in the order of the items, or each as soon as it is there. */
  readonly order: 'input' | 'any';
  /**
   * Most items that are begun and whose results have not been taken: in work, or waiting for an earlier one or a slow
   * consumer.
   *
   * @default concurrency
   */
  readonly maxAhead?: number;
}

type Outcome<RESULT> = { readonly result: RESULT } | { readonly error: unknown };

/**
 * Does the same with every item, several at a time. The source is read when there is room, and left with the loop.
 *
 * @throws what the source or any work throws: in its turn where results come in the order of the items, else at once.
 */
export async function* runItems<ITEM, RESULT>(options: RunItemsOptions<ITEM, RESULT>): AsyncGenerator<RESULT, void> {
  const { items, work, concurrency, order } = options;
  const slots = typeof concurrency === 'number' ? new RecordSlots(concurrency) : concurrency;
  const { maxAhead = slots.count } = options;
  const iterator = items[Symbol.asyncIterator]();
  /** By the number of the item, or by the order in which they came. */
  const ready = new Map<number, Outcome<RESULT>>();
  let begun = 0;
  let ended = 0;
  let taken = 0;
  let isReading = false;
  let isOver = false;
  let wake = () => {};

  const end = (number: number, outcome: Outcome<RESULT>) => {
    slots.giveBack();
    // What failed comes next where there is no order.
    const place = order === 'input' ? number : 'error' in outcome ? taken : ended;
    ready.set(place, outcome);
    ended += 1;
    if ('error' in outcome) isOver = true;
    wake();
    read();
  };
  const read = () => {
    if (isReading || isOver || begun - taken >= maxAhead || !slots.take(read)) return;
    isReading = true;
    iterator.next().then(
      ({ done, value }) => {
        isReading = false;
        if (done === true) {
          isOver = true;
          slots.giveBack();
          wake();
          return;
        }
        const number = begun++;
        work(value).then(
          (result) => end(number, { result }),
          (error: unknown) => end(number, { error }),
        );
        read();
      },
      (error: unknown) => end(begun++, { error }),
    );
  };

  try {
    for (;;) {
      read();
      const outcome = ready.get(taken);
      if (outcome !== undefined) {
        ready.delete(taken);
        taken += 1;
        if ('error' in outcome) throw outcome.error;
        yield outcome.result;
      } else if (isOver && taken === begun) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isOver = true;
    slots.leave(read);
    // A source that waits for its next item cannot be left before that has come.
    const left = iterator.return?.()?.catch(() => {});
    if (!isReading) await left;
  }
}
