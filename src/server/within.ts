/** What a promise gives, or undefined where that takes longer. */
export async function within<VALUE>(promise: Promise<VALUE>, milliseconds: number): Promise<VALUE | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
