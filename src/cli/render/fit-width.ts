import stringWidth from 'string-width';

/** What stands in place of text that was left out. */
const ELLIPSIS = '…';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Whole characters, as a reader counts them, that fit into `width` columns, from the front. */
function takeColumns(characters: Iterable<string>, width: number): readonly string[] {
  const taken: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= stringWidth(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}

function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/**
 * No column holds more than this many UTF-16 units of anything one would read, so a longer text is cut before it is
 * measured: the tail of a long answer is drawn ten times a second.
 */
const UNITS_PER_COLUMN = 16;

/** Shortens one line to `width` columns, keeping the beginning. */
export function fitEnd(line: string, width: number): string {
  if (width <= 0) return '';
  const rough = line.slice(0, width * UNITS_PER_COLUMN).toWellFormed();
  if (rough.length === line.length && stringWidth(rough) <= width) return line;
  return (
    takeColumns(charactersOf(rough), width - 1)
      .join('')
      .trimEnd() + ELLIPSIS
  );
}

/** Shortens one line to `width` columns, keeping the end. */
export function fitStart(line: string, width: number): string {
  if (width <= 0) return '';
  const rough = line.slice(Math.max(0, line.length - width * UNITS_PER_COLUMN)).toWellFormed();
  if (rough.length === line.length && stringWidth(rough) <= width) return line;
  return (
    ELLIPSIS +
    takeColumns(charactersOf(rough).toReversed(), width - 1)
      .toReversed()
      .join('')
      .trimStart()
  );
}

/** Adds spaces at the end up to `width` columns. */
export function padEnd(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - stringWidth(line)));
}

/** Breaks text into lines of at most `width` columns, at spaces where there are any. Tabs count as two spaces. */
export function wrapText(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line.replaceAll('\t', '  '), Math.max(1, width)));
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

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.match(/ *[^ ]+/g) ?? ['']) {
    if (stringWidth(current + word) <= width) {
      current += word;
      continue;
    }
    if (current !== '') lines.push(current);
    let rest = charactersOf(word.trimStart());
    while (stringWidth(rest.join('')) > width) {
      const taken = takeColumns(rest, width);
      // A character wider than the whole line has to go somewhere.
      const count = Math.max(1, taken.length);
      lines.push(rest.slice(0, count).join(''));
      rest = rest.slice(count);
    }
    current = rest.join('');
  }
  return [...lines, current];
}
