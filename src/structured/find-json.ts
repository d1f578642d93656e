/** The pieces of JSON in a text. */
export interface FoundJson {
  /** What is most likely meant stands first. */
  readonly values: readonly unknown[];
  /** True where the text ends in the middle of a value. Then nothing before it is the answer. */
  readonly isCutOff: boolean;
}

/** How much of a text is read again, in lengths of the text: texts full of brackets must not take long. */
const MAX_READINGS = 20;

/**
 * Finds JSON as models write it: alone, in a block of code, or with words around it. Blocks of code come before the
 * rest, and later values before earlier ones, since models write drafts first. Commas before a closing bracket,
 * comments, and raw line breaks in strings are accepted.
 */
export function findJson(text: string): FoundJson {
  const whole = parseLenient(text);
  if (whole !== undefined) return { values: [whole.value], isCutOff: false };
  const blocks = [...text.matchAll(CODE_BLOCK)].map(([, block = '']) => {
    const parsed = parseLenient(block);
    return parsed === undefined ? findObjects(block) : { values: [parsed.value], isCutOff: false };
  });
  const outside = findObjects(text.replaceAll(CODE_BLOCK, '\n'));
  const isCutOff = outside.isCutOff || blocks.at(-1)?.isCutOff === true;
  const values = [...blocks.flatMap((block) => block.values).toReversed(), ...outside.values.toReversed()];
  return { values: isCutOff ? [] : values, isCutOff };
}

const CODE_BLOCK = /^[ \t]*```[\w-]*[ \t]*\n([^]*?)\n[ \t]*```/gm;

/** The outermost objects and arrays in a text, in their order. */
function findObjects(text: string): FoundJson {
  const values: unknown[] = [];
  let readable = MAX_READINGS * text.length;
  for (let index = 0; index < text.length && readable > 0; index++) {
    if (!beginsJson(text, index)) continue;
    const { end, state } = findEnd(text, index);
    if (state === 'open') return { values, isCutOff: true };
    readable -= end - index;
    const parsed = state === 'closed' ? parseLenient(text.slice(index, end)) : undefined;
    if (parsed === undefined) continue;
    values.push(parsed.value);
    index = end - 1;
  }
  return { values, isCutOff: false };
}

/** An opening bracket, and what can follow it. */
const BEGINNING = /\{\s*(?:["}/]|$)|\[\s*(?:["{[\]\d/-]|true|false|null|$)/y;

function beginsJson(text: string, index: number): boolean {
  BEGINNING.lastIndex = index;
  return BEGINNING.test(text);
}

/** What JSON consists of outside of strings: brackets, numbers, and the letters of true, false and null. */
const OUTSIDE_STRINGS = /[\s\d{}[\],:.+\-Etrufalsn]/i;

/**
 * Where the object or array that begins at `start` ends: after its closing bracket, at the end of the text while it is
 * still open, or at a character that JSON cannot have.
 */
function findEnd(
  text: string,
  start: number,
): { readonly end: number; readonly state: 'closed' | 'open' | 'not-json' } {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '"') {
      index = stringEnd(text, index);
    } else if (character === '/') {
      const end = commentEnd(text, index);
      if (end === undefined) return { end: index, state: 'not-json' };
      index = end - 1;
    } else if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return { end: index + 1, state: 'closed' };
    } else if (!OUTSIDE_STRINGS.test(character)) {
      return { end: index, state: 'not-json' };
    }
  }
  return { end: text.length, state: 'open' };
}

/** The index of the quote that ends a string; the length of the text where none does. */
function stringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

function parseLenient(text: string): { readonly value: unknown } | undefined {
  return parse(text) ?? parse(repair(text));
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Where the comment at a slash ends, at the latest with the text; undefined where there is none. */
function commentEnd(text: string, start: number): number | undefined {
  const close = { '//': '\n', '/*': '*/' }[text.slice(start, start + 2)];
  if (close === undefined) return undefined;
  const end = text.indexOf(close, start + 2);
  return end === -1 ? text.length : end + close.length;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** In one pass: models may repeat anything without end. */
function repair(text: string): string {
  let repaired = '';
  let comma = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    const end = character === '/' ? commentEnd(text, index) : undefined;
    if (end !== undefined) {
      index = end - 1;
      continue;
    }
    // A comma waits for what follows it.
    if (/[^\s,]/.test(character)) {
      if (character !== '}' && character !== ']') repaired += comma;
      comma = '';
    }
    if (character === '"') {
      const quote = stringEnd(text, index);
      repaired += text.slice(index, quote + 1).replaceAll(/[\n\r\t]/g, (one) => ESCAPES[one] ?? '');
      index = quote;
    } else if (character === ',') {
      repaired += comma;
      comma = ',';
    } else repaired += character;
  }
  return repaired;
}
