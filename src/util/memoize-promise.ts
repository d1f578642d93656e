/** Runs `create` once and shares its promise; a rejection is forgotten, so that the next call tries again. */
export function memoizePromise<VALUE>(create: () => Promise<VALUE>): () => Promise<VALUE> {
  let pending: Promise<VALUE> | undefined;
  return () => {
    pending ??= create().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
}
