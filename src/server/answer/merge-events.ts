/**
 * Events of several sources as they come, each with the index of its source. Where one fails, or nobody wants more, all
 * end.
 *
 * @param stop ends what the sources wait for.
 */
export async function* mergeEvents<EVENT>(
  sources: readonly AsyncGenerator<EVENT>[],
  stop: () => void,
): AsyncGenerator<{ readonly index: number; readonly event: EVENT }> {
  const [first] = sources;
  if (first !== undefined && sources.length === 1) {
    for await (const event of first) yield { index: 0, event };
    return;
  }
  const next = (index: number) => {
    const promise = (async () => ({ index, result: await sources[index]?.next() }))();
    // One that fails while nobody waits, or another has failed, is told later or not at all.
    promise.catch(() => {});
    return promise;
  };
  const waiting = new Map(sources.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values());
      if (result === undefined || result.done === true) {
        waiting.delete(index);
        continue;
      }
      waiting.set(index, next(index));
      yield { index, event: result.value };
    }
  } finally {
    if (waiting.size > 0) stop();
    await Promise.allSettled(sources.map((source) => source.return(undefined)));
  }
}
