/** Events of several sources as they come, each with the index of its source. Ending early ends all of them. */
export async function* mergeEvents<EVENT>(
  sources: readonly AsyncGenerator<EVENT>[],
): AsyncGenerator<{ readonly index: number; readonly event: EVENT }> {
  const next = async (index: number) => ({ index, result: await sources[index]?.next() });
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
    // One that fails while another has failed already has nobody to tell.
    for (const promise of waiting.values()) promise.catch(() => {});
    await Promise.allSettled(sources.map((source) => source.return(undefined)));
  }
}
