import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { DataFormatError } from '../error/index.ts';
import { MAX_LINE_BYTES, type RawLine } from './read-lines.ts';

const CARRIAGE_RETURN = 0x0d;

/**
 * Reads one line of JSONL. A byte order mark at its beginning and a carriage return at its end are tolerated.
 *
 * @returns undefined for a blank line. @throws DataFormatError saying which field is wrong and what it holds.
 */
export function parseLine<RECORD>(
  { number: line, bytes }: RawLine,
  { schema, source }: { schema: z.ZodType<RECORD>; source: string },
): RECORD | undefined {
  const fail = (reason: string) => new DataFormatError({ source, line, reason });
  if (bytes === undefined) throw fail(`longer than ${(MAX_LINE_BYTES / 1e6).toFixed(1)} MB.`);
  const content = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
  if (content.includes(0)) throw fail('it holds NUL bytes. The file must be UTF-8, not UTF-16 or binary.');
  if (!isUtf8(content)) throw fail('not UTF-8.');
  const text = new TextDecoder().decode(content);
  if (text.trim() === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw fail(describeIssues(parsed.error.issues, json));
  return parsed.data;
}

/** Most fields of one record that are named. */
const MAX_FIELDS = 3;
/** Most characters of a value that are quoted. */
const MAX_QUOTED = 60;

/**
 * What is wrong with a record: each field with what it should be and what it is. The messages of the schemas are
 * written to follow "expected".
 */
export function describeIssues(issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[], record: unknown): string {
  const more = issues.length > MAX_FIELDS ? ` And ${issues.length - MAX_FIELDS} more.` : '';
  const named = issues
    .slice(0, MAX_FIELDS)
    .map(({ path, message }) => {
      const value = path.reduce<unknown>(fieldOf, record);
      const field = path.length === 0 ? 'the line' : formatPath(path);
      return value === undefined
        ? `${field} is missing: expected ${message}.`
        : `${field} is ${quote(value)}: expected ${message}.`;
    })
    .join(' ');
  return named + more;
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? value[key as keyof typeof value]
    : undefined;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

function quote(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > MAX_QUOTED ? `${json.slice(0, MAX_QUOTED).toWellFormed()}…` : json;
}
