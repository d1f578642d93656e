import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { DataFormatError } from '../../index.ts';
import { formatBytes } from '../render/format.ts';
import { describeIssues } from './describe-issues.ts';
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
  if (bytes === undefined) throw fail(`longer than ${formatBytes(MAX_LINE_BYTES)}.`);
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
