import { isUtf8 } from 'node:buffer';
import { errorMessage } from '../../util/error-message.ts';
import { parseJson } from '../../util/parse-json.ts';
import { MAX_LINE_BYTES, readLines } from './read-lines.ts';
import type { Row } from './row.ts';

const CARRIAGE_RETURN = 0x0d;

/** JSON has no comments, so a line that begins like one holds no record. */
const COMMENT = /^\s*(?:#|\/\/)/;

/** The rows of JSONL; blank lines and lines that are comments are none. */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Row, void> {
  for await (const { number, bytes, endOffset } of readLines(chunks)) {
    const row = parseLine(bytes);
    if (row !== undefined) yield { number, endOffset, ...row };
  }
}

/** Reads one line of JSONL. A byte order mark at its beginning and a carriage return at its end are tolerated. */
export function parseLine(
  bytes: Uint8Array | undefined,
): { readonly value: unknown } | { readonly problem: string } | undefined {
  if (bytes === undefined) return { problem: `longer than ${(MAX_LINE_BYTES / 1e6).toFixed(1)} MB.` };
  const content = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
  if (content.includes(0)) return { problem: 'it holds NUL bytes. The file must be UTF-8, not UTF-16 or binary.' };
  if (!isUtf8(content)) return { problem: 'not UTF-8.' };
  const text = new TextDecoder().decode(content);
  if (text.trim() === '' || COMMENT.test(text)) return undefined;
  try {
    return { value: parseLenient(text) };
  } catch (error) {
    return { problem: `not JSON: ${explain(text) ?? errorMessage(error)}` };
  }
}

/** What is wrong with a line, where it is one of the usual mistakes. */
function explain(text: string): string | undefined {
  if (/^\s*\{\s*'/.test(text)) {
    return 'texts must be in double quotes (in Python, write json.dumps(row), not str(row)).';
  }
  const hasComma = /\}\s*,\s*$/.test(text) && parseJson(text.trimEnd().slice(0, -1)) !== undefined;
  return hasComma ? 'there is a comma after the object, and JSONL has none between its lines.' : undefined;
}

/** A string, which is left as it is, or a number that Python writes and JSON does not have. */
const STRING_OR_NAN = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * JSON, also with the `NaN` and `Infinity` that Python's `json` and pandas write, which are read as null.
 *
 * @throws SyntaxError
 */
function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const repaired = text.replaceAll(STRING_OR_NAN, (match) => (match.startsWith('"') ? match : 'null'));
    if (repaired === text) throw error;
    return JSON.parse(repaired);
  }
}
