import type { Usage } from '../../spec/usage.ts';

/** What became of one item. */
export interface ItemRow {
  /** Of the item in the input, from 0. */
  readonly index: number;
  readonly key: string;
  /** True where the work failed, and `output` says why. */
  readonly failed: boolean;
  /** What it took, calls that failed included; undefined where no call was made. */
  readonly usage: Usage | undefined;
  /** The line of output, as JSON. */
  readonly output: string;
}

/** A line of a journal besides the rows of items. */
export type CallLine =
  /** A call is sent. */
  | { readonly call: 'begin'; readonly key: string }
  /** It is over; `value` is its answer, where that is whole. */
  | { readonly call: 'end'; readonly key: string; readonly value?: string }
  /** A process took the journal over: calls without an end were under way in the one before. */
  | { readonly call: 'interrupted'; readonly count: number };

/** A row as a line of JSON with the output last, so that it can be taken out as it is. */
export function rowLine({ index, key, failed, usage, output }: ItemRow): string {
  const failure = failed ? '"failed":true,' : '';
  const spent = usage === undefined ? '' : `"usage":${JSON.stringify(usage)},`;
  return `{"index":${index},"key":"${key}",${failure}${spent}"output":${output}}`;
}

const ROW = /^\{"index":(\d+),"key":"([\w-]+)",("failed":true,)?(?:"usage":(\{[^}]*\}),)?"output":/;

/** The row of a line; undefined for any other line. */
export function parseRow(line: string): ItemRow | undefined {
  const match = ROW.exec(line);
  if (match === null || !line.endsWith('}')) return undefined;
  const [start, index = '', key = '', failure, usage] = match;
  return {
    index: Number(index),
    key,
    failed: failure !== undefined,
    usage: usage === undefined ? undefined : (JSON.parse(usage) as Usage),
    output: line.slice(start.length, -1),
  };
}

/** The call of a line that is no row. */
export function parseCall(line: string): CallLine | undefined {
  return line.startsWith('{"call":') ? (JSON.parse(line) as CallLine) : undefined;
}

/** False for what is left of a line, such as the zeros that a power failure leaves in a file. */
export function isJournalLine(line: string): boolean {
  if (!line.startsWith('{"index":') && !line.startsWith('{"call":')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
