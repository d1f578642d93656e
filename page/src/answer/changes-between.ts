import { diffWordsWithSpace } from 'diff';

/** A piece that stays, and what stands behind it in one of two texts alone. */
export interface Change {
  readonly kept: string;
  readonly removed: string;
  readonly added: string;
}

/** Milliseconds after which two texts are too different to be compared word by word. */
const DIFF_MS = 300;

/** Fewer words than this between two changes make one change of them: single words that stay are hard to read. */
const KEPT_WORDS = 3;

/** What changes between two texts, word by word; undefined if that takes too long. */
export function changesBetween(before: string, after: string): readonly Change[] | undefined {
  const pieces = diffWordsWithSpace(before, after, { timeout: DIFF_MS });
  if (pieces === undefined) return undefined;
  const changes: { kept: string; removed: string; added: string }[] = [];
  for (const [index, { value, added, removed }] of pieces.entries()) {
    const last = changes.at(-1);
    if (added || removed) {
      const open = last ?? { kept: '', removed: '', added: '' };
      if (last === undefined) changes.push(open);
      if (added) open.added += value;
      else open.removed += value;
    } else if (last !== undefined && index < pieces.length - 1 && isShort(value)) {
      last.removed += value;
      last.added += value;
    } else {
      changes.push({ kept: value, removed: '', added: '' });
    }
  }
  return changes;
}

function isShort(text: string): boolean {
  return !text.includes('\n\n') && text.split(/\s+/).filter((word) => word !== '').length < KEPT_WORDS;
}
