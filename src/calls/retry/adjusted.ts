const adjusted = new WeakSet<Error>();

/**
 * Marks the refusal of a setting that the model will leave out from now on, so that the call is made once more, at once
 * and however many retries there are.
 */
export function markAdjusted(refusal: Error): Error {
  adjusted.add(refusal);
  return refusal;
}

/** @see markAdjusted */
export function wasAdjusted(error: unknown): boolean {
  return error instanceof Error && adjusted.has(error);
}
