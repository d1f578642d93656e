import { stripVTControlCharacters } from 'node:util';

/** Control characters other than newline and tab, and the marks that change the direction of what follows. */
// oxlint-disable-next-line no-control-regex
const UNWANTED = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Makes text of unknown origin safe to show on a terminal: what models and providers write may hold escape sequences
 * that move the cursor, change the title or hide text. Newlines and tabs stay.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(UNWANTED, '')
    .toWellFormed();
}

/** The same on one line: white space of every kind becomes one space. */
export function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim();
}

/** Longest message in a list, in UTF-16 units. */
const SHORT_LINE_UNITS = 160;

/** The same on one line, cut where it is long: enough where a message stands in a list, and is told in full elsewhere. */
export function shortLine(text: string): string {
  const line = oneLine(text);
  return line.length <= SHORT_LINE_UNITS ? line : `${line.slice(0, SHORT_LINE_UNITS - 1).toWellFormed()}…`;
}
