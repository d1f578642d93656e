import { ANY_MARK } from '../../spec/reasoning-marks.ts';

/** Units behind a mark that decide what it is. */
export const LOOK_AHEAD = 32;

/** True where enough stands behind a mark to tell what it is. */
export function isDecidable(after: string): boolean {
  return /^(?:[^ \t.!]|[.!][^])/.test(after) || after.includes('\n') || after.length >= LOOK_AHEAD;
}

const QUOTES = new Map([...'``""\'\'**“”‘’„“«»「」『』()'].map((sign, index, all) => [sign, all[index ^ 1]]));

/** True for a mark between quotation marks, or in code within a line. */
function isQuoted(before: string, after: string): boolean {
  const quote = QUOTES.get(before.at(-1) ?? '');
  return quote !== undefined && after.startsWith(quote);
}

/** The text speaks of the tag: "<think> tags are …". */
const NAMED = /^[ \t]+(?:tags?|elements?|tokens?|blocks?|markers?|sections?)\b/;
const DESCRIBED =
  /^[ \t]+(?:(?:is|are|marks|denotes|means|opens|closes|starts|begins|ends|indicates|signals|encloses|wraps) (?:an?|the|used|special|where|that|not)\b|(?:and|or|vs\.?|versus|\/) ?[`"']?<)/;
const PUNCTUATED = /^(?:[,;:?)\]}]|\.(?![\w.])|!(?!\[))/;

/** True where what looks like the opening of a thought at the beginning of an answer is what the answer is about. */
export function isOpeningNamed(after: string): boolean {
  return NAMED.test(after) || DESCRIBED.test(after) || /^[,:)]/.test(after);
}

/** True where what looks like the end of a thought is what the thought is about. */
export function isClosingNamed(before: string, after: string): boolean {
  return isQuoted(before, after) || NAMED.test(after);
}

/** Signs that do not stand before the end of a thought: brackets, the mark of a list or a quotation, a table. */
const LEADS = /(?:^\s*(?:[-*•>]|#{1,6}|\d{1,3}[.)])|[([{<=/|])$/;

/**
 * True where a closing without an opening ends a thought that was opened by the chat template. False in code, in quotes,
 * behind an opening that it belongs to, or in a sentence about it.
 */
export function closesThought(before: string, after: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (isClosingNamed(before, after) || DESCRIBED.test(after) || PUNCTUATED.test(after)) return false;
  if (countIn(line, /`/g) % 2 === 1 || LEADS.test(line.trimEnd())) return false;
  if (line.trim() === '' && /^(?: {4}|\t)/.test(line)) return false;
  if (isInSentence(line, after)) return false;
  return !hasOpenMark(before, line);
}

/** True for a mark between two words of a sentence: "the </think> tag". */
export function isInSentence(before: string, after: string): boolean {
  return /[^\s.!?…:;。！？)\]"”'’*`][ \t]{1,4}$/.test(before.slice(-8)) && /^[ \t]+[a-z"'`(]/.test(after);
}

/** True between the fences of a block of code. */
export function isInFence(before: string): boolean {
  return countFences(before) % 2 === 1;
}

/** True where blocks of code behind a mark are whole by themselves, so that a fence before it was never closed. */
export function hasWholeFences(after: string): boolean {
  const fences = countFences(after);
  return fences % 2 === 0 && (fences > 0 || /^[ \t]*\n[ \t]*\n/.test(after));
}

function countFences(text: string): number {
  return countIn(text, /^[ \t>]*(?:```|~~~)/gm);
}

/** True where a text has an opening mark that is not closed in it. One that is only named counts on the last `line` alone. */
export function hasOpenMark(text: string, line = ''): boolean {
  const lineStart = text.length - line.length;
  let open = 0;
  for (const { index, 0: mark, groups = {} } of text.matchAll(ANY_MARK)) {
    const before = text.slice(0, index);
    const after = text.slice(index + mark.length);
    if (isQuoted(before, after)) continue;
    if (groups['opening'] === undefined) open = Math.max(0, open - 1);
    else if (index >= lineStart || !isMentioned(before, after)) open += 1;
  }
  return open > 0;
}

/** True for an opening that is named in a sentence. */
function isMentioned(before: string, after: string): boolean {
  return before.trim() === '' || /^(?:[ \t]+\S|[.,;:!?)\]'"`])/.test(after);
}

function countIn(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
