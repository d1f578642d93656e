import { Tokenizer, TokenType } from '@streamparser/json';
import { parseJson } from '../../util/parse-json.ts';
import { NAMES, plainName } from '../shapes/field-names.ts';
import { WRAPPERS } from '../shapes/expand-rows.ts';
import { type CsvForm, detectCsv } from './read-csv.ts';
import { isObject } from '../../util/is-object.ts';

/** How the rows of a text are written. */
export type TextFormat =
  | { readonly format: 'json-lines' }
  | { readonly format: 'json'; readonly paths: readonly string[] }
  | { readonly format: 'csv'; readonly form: CsvForm };

/** Bytes that are looked at: one line at least, where it is not longer than this. */
const HEAD_BYTES = 1 << 20;

/** Lines that are looked at for one that is JSON. */
const MAX_LINES = 20;

const QUESTIONS = new Set([...NAMES.question, ...NAMES.messages].map(plainName));

/** The paths of these lists; promptfoo has one of them within another. */
const WRAPPED_PATHS = [...WRAPPERS.map((name) => `$.${name}.*`), '$.results.results.*'];

/** How a list of objects begins. */
const LIST = /^\s*\[\s*\{/;

/** True where a beginning is enough for {@link detectFormat}: a list, or a first line that is an object by itself. */
export function isEnough(head: Uint8Array): boolean {
  if (head.length >= HEAD_BYTES || LIST.test(Buffer.from(head.subarray(0, 256)).toString())) return true;
  const end = head.lastIndexOf(0x0a);
  return end !== -1 && isObject(parseJson(linesOf(Buffer.from(head.subarray(0, end)).toString())[0] ?? ''));
}

/** The lines that hold anything but a comment. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => !/^\s*(?:#|\/\/|$)/.test(line));
}

/**
 * How a text is written, from its beginning; what the file is called decides only where that is not enough.
 *
 * @returns undefined where it is neither JSON nor a table.
 */
export function detectFormat(
  head: string,
  { name, isWhole }: { name: string; /** The head is all there is. */ isWhole: boolean },
): TextFormat | undefined {
  // XML and HTML have commas as well.
  if (/^\s*</.test(head)) return undefined;
  if (LIST.test(head)) return { format: 'json', paths: ['$.*'] };
  const extension = /\.([a-z]+)(?:\.(?:gz|gzip|zst|zstd))?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const isTable = ['csv', 'tsv', 'tab'].includes(extension);
  const isLines = ['jsonl', 'ndjson'].includes(extension);
  const lines = linesOf(isWhole ? head : head.slice(0, head.lastIndexOf('\n') + 1));
  const first = (lines[0] ?? head).trim();
  if (parseJson(first) !== undefined) {
    // A list that is all there is on one line is a list of records.
    return first.startsWith('[') && lines.length <= 1 ? { format: 'json', paths: ['$.*'] } : { format: 'json-lines' };
  }
  // Within one value over several lines, no object follows on the brace of another.
  const isBroken = isLines && lines.length > 0 && !/[{[,:]$/.test(first);
  const hasNext = lines[1]?.startsWith('{') === true || lines.slice(1, MAX_LINES).some(isObjectLine);
  if (first.startsWith('{') && (isBroken || hasNext)) {
    return { format: 'json-lines' };
  }
  if (/^(?:\[\s*(?:["{[\d]|$)|\{\s*(?:["'}]|$))/.test(first) && !(isTable && /^\[[^{]/.test(first))) {
    return { format: 'json', paths: first.startsWith('[') ? ['$.*'] : pathsInObject(head) };
  }
  if (lines.slice(0, MAX_LINES).some((line) => isObject(parseJson(line)))) return { format: 'json-lines' };
  const form = detectCsv(head, { isTable });
  if (form !== undefined) return { format: 'csv', form };
  return isLines && lines.length > 0 ? { format: 'json-lines' } : undefined;
}

/** A whole object on a line, which nothing indents. */
function isObjectLine(line: string): boolean {
  return line.startsWith('{') && isObject(parseJson(line));
}

/**
 * Which values are the rows of a text that begins with an object: the items of a list of objects in it, where one of the
 * usual names says that these are the records, or else the object itself.
 */
function pathsInObject(head: string): readonly string[] {
  const path: (string | undefined)[] = [];
  let key: string | undefined;
  let last: TokenType | undefined;
  let isWrapped = false;
  let isRecord = false;
  const tokenizer = new Tokenizer({ separator: '' });
  // What is cut off or wrong is for the reader to find.
  tokenizer.onError = () => {};
  tokenizer.onToken = ({ token, value }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      if (token === TokenType.LEFT_BRACE && last === TokenType.LEFT_BRACKET) {
        isWrapped ||= WRAPPED_PATHS.includes(`$.${path.slice(1).join('.')}.*`);
      }
      path.push(key);
      key = undefined;
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      path.pop();
    } else if (token === TokenType.STRING) {
      key = String(value);
    } else if (token === TokenType.COMMA) {
      key = undefined;
    }
    // A record may have a list of such a name as well.
    isRecord ||= token === TokenType.COLON && path.length === 1 && QUESTIONS.has(plainName(key ?? ''));
    last = token;
  };
  tokenizer.write(head);
  return isWrapped && !isRecord ? WRAPPED_PATHS : ['$'];
}
