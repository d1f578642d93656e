/**
 * Maps items with several in work at once and gives the results in the order of the items, each as soon as it and all
 * before it are there. Takes the next item only when a place is free, so a slow consumer slows the source down.
 *
 * Left early, it does not wait for what is still in work: end that by a signal of your own.
 */
export async function* mapInOrder<ITEM, RESULT>(
  items: AsyncIterable<ITEM>,
  { concurrency }: { concurrency: number },
  work: (item: ITEM) => Promise<RESULT>,
): AsyncGenerator<RESULT, void> {
  const iterator = items[Symbol.asyncIterator]();
  const running: Promise<RESULT>[] = [];
  let ended = false;
  let coming: Promise<IteratorResult<ITEM>> | undefined;
  for (;;) {
    if (!ended && running.length < concurrency) coming ??= silenced(iterator.next());
    const [first] = running;
    if (first === undefined && coming === undefined) return;
    // A source may wait for a result before it gives the next item, as a person or program at a pipe does.
    const next = await Promise.race([
      ...(coming === undefined ? [] : [coming.then((item) => ({ item }))]),
      ...(first === undefined ? [] : [first.then((result) => ({ result }))]),
    ]);
    if ('result' in next) {
      running.shift();
      yield next.result;
      continue;
    }
    coming = undefined;
    if (next.item.done === true) ended = true;
    else running.push(silenced(work(next.item.value)));
  }
}

/** The same promise, whose rejection is no longer reported as unhandled while it waits for its turn. */
function silenced<VALUE>(promise: Promise<VALUE>): Promise<VALUE> {
  promise.catch(() => {});
  return promise;
}
