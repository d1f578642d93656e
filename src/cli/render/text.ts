import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Control characters other than newline and tab, and the characters that change the direction of what follows. */
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

/** The same on one line, cut where it is long, for a message in a list. */
export function shortLine(text: string): string {
  const line = oneLine(text);
  return line.length <= SHORT_LINE_UNITS ? line : `${line.slice(0, SHORT_LINE_UNITS - 1).toWellFormed()}…`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function charactersOf(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Whole characters, as a reader counts them, that fit into `width` columns, from the front. */
function takeColumns(characters: readonly string[], width: number): readonly string[] {
  let left = width;
  const end = characters.findIndex((character) => (left -= stringWidth(character)) < 0);
  return end === -1 ? characters : characters.slice(0, end);
}

/**
 * No column of readable text takes more UTF-16 units than this, so a longer text is cut before it is measured: the tail
 * of a long answer is drawn ten times a second.
 */
const UNITS_PER_COLUMN = 16;

/** Shortens one line to `width` columns, keeping the beginning. */
export function fitEnd(line: string, width: number): string {
  if (width <= 0) return '';
  const rough = line.slice(0, width * UNITS_PER_COLUMN).toWellFormed();
  if (rough.length === line.length && stringWidth(rough) <= width) return line;
  const start = takeColumns(charactersOf(rough), width - 1);
  return `${start.join('').trimEnd()}…`;
}

/** Shortens one line to `width` columns, keeping the end. */
export function fitStart(line: string, width: number): string {
  if (width <= 0) return '';
  const rough = line.slice(Math.max(0, line.length - width * UNITS_PER_COLUMN)).toWellFormed();
  if (rough.length === line.length && stringWidth(rough) <= width) return line;
  const end = takeColumns(charactersOf(rough).toReversed(), width - 1).toReversed();
  return `…${end.join('').trimStart()}`;
}

/** Adds spaces at the end up to `width` columns. */
export function padEnd(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - stringWidth(line)));
}

/** Breaks text into lines of at most `width` columns, at spaces where there are any. Tabs count as two spaces. */
export function wrapText(text: string, width: number): readonly string[] {
  return text
    .toWellFormed()
    .split('\n')
    .flatMap((line) => {
      const wrapped = wrapAnsi(line.replaceAll('\t', '  '), Math.max(1, width), { hard: true, trim: false });
      // The first line keeps its indent; spaces at a break belong to neither side.
      const lines = wrapped.split('\n').map((part, index) => (index === 0 ? part : part.trimStart()).trimEnd());
      const [first = '', ...rest] = lines.filter((part) => part !== '');
      return [first, ...rest];
    });
}

/**
 * An answer as one reads it on a terminal: paragraphs break between words. Lines that fit, and code between fences,
 * stay as they are, so that they can be copied.
 */
export function wrapAnswer(text: string, width: number): string {
  let isCode = false;
  return text
    .split('\n')
    .flatMap((line) => {
      const isFence = /^\s*(```|~~~)/.test(line);
      if (isFence) isCode = !isCode;
      return isCode || isFence || stringWidth(line) <= width ? [line] : wrapText(line, width);
    })
    .join('\n');
}

/** Lines of a table without borders, two spaces between the columns. Texts must be safe to show and on one line. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { rightAligned = [] }: { /** Indices of columns. */ rightAligned?: readonly number[] } = {},
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return rightAligned.includes(column) ? ' '.repeat(width - stringWidth(cell)) + cell : padEnd(cell, width);
      })
      .join('  '),
  );
}
