/** What stands in place of the part that was cut out. */
export const CUT_MARK = ' […] ';

/** A text that may have been shortened. */
export interface CutText {
  readonly text: string;
  /** True where something was cut out of the middle. */
  readonly cut: boolean;
}

/**
 * Shortens a text to at most `maxLength` UTF-16 units by cutting out of the middle: the head says what the answer is
 * about, the tail how it ends, and both matter to a judge. Never splits a surrogate pair.
 *
 * @param headShare share of the room given to the head, between 0 and 1.
 */
export function cutMiddle(text: string, maxLength: number, headShare = 2 / 3): CutText {
  if (text.length <= maxLength) return { text, cut: false };
  const room = Math.max(0, maxLength - CUT_MARK.length);
  const head = text.slice(0, Math.ceil(room * headShare)).replace(/[\uD800-\uDBFF]$/, '');
  const tail = text.slice(text.length - Math.floor(room * (1 - headShare))).replace(/^[\uDC00-\uDFFF]/, '');
  return { text: room === 0 ? '' : `${head}${CUT_MARK}${room * (1 - headShare) < 1 ? '' : tail}`, cut: true };
}
