import { hash } from 'node:crypto';

/** Length of a delimiter: 64 bits, too many to guess. */
const MARK_LENGTH = 16;

/**
 * A mark that no text of a prompt can hold, for the fences around texts that are not to be trusted. It is hashed from
 * all texts, so that the same prompt is the same every time (which caches need). Who writes one of the texts cannot aim
 * at it even where he knows all the others: whatever he writes changes the mark.
 */
export function fenceMark(texts: readonly string[]): string {
  for (let attempt = 0; ; attempt++) {
    const mark = hash('sha256', JSON.stringify([attempt, ...texts])).slice(0, MARK_LENGTH);
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
}

/**
 * Puts a text between two lines that carry the mark.
 *
 * @param label what the text is, such as `draft-1`. Trusted.
 * @param note a remark inside the first line. Trusted.
 */
export function fenced(mark: string, label: string, text: string, note = ''): string {
  return `<${label} ${mark}${note === '' ? '' : ` ${note}`}>\n${text}\n</${label} ${mark}>`;
}
