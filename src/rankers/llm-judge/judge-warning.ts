/** Below this many parameters a chat model judges little better than chance; told from the size of its name. */
const SMALL_MODEL = /\b(\d+)m\b/i;

/** What should be known of a judge's results, from the name of its model. */
export function judgeWarning(name: string): string | undefined {
  const size = SMALL_MODEL.exec(name)?.[1];
  return size === undefined
    ? undefined
    : `A model of ${size} million parameters is a weak judge: take this ranking as a hint, not as a measurement.`;
}
