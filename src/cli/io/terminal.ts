import pc from 'picocolors';
import type { OutputStream } from './output.ts';

/** Environment variables, passed along instead of read from `process.env`, so that tests are exact. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Colours, or the same functions doing nothing. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Width of text that goes to a file or a pipe. */
const PLAIN_COLUMNS = 100;

/** Columns and rows of a terminal; a guess where it does not say. */
export function terminalSize({ columns, rows }: OutputStream): { readonly columns: number; readonly rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}

/** True where an area can be drawn again and again: a terminal that knows how, and a person before it. */
export function isLive(stream: OutputStream, env: Environment): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isSet(env['CI']);
}

/** Columns that lines may take: all but the last of a terminal, which some terminals break at. */
export function lineColumns(stream: OutputStream): number {
  return stream.isTTY === true ? terminalSize(stream).columns - 1 : PLAIN_COLUMNS;
}

/** Colours where the stream is a terminal that knows them. `NO_COLOR` takes them away, `FORCE_COLOR` gives them. */
export function colorsFor(stream: OutputStream, env: Environment): Colors {
  return pc.createColors(hasColors(stream, env));
}

function hasColors({ isTTY }: OutputStream, env: Environment): boolean {
  const { NO_COLOR: none = '', FORCE_COLOR: forced = '' } = env;
  // Whatever its value, as no-color.org has it.
  if (none !== '') return false;
  return forced === '' ? isTTY === true && env['TERM'] !== 'dumb' : isSet(forced);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
