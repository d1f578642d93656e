import type { Colors } from '../io/terminal.ts';
import { cleanText, oneLine } from '../render/clean-text.ts';
import { padEnd, wrapText } from '../render/fit-width.ts';
import type { CheckResult } from './check.ts';

const INDENT = 6;

/** The checks as lines of at most `columns`: mark, name, what was found, and below it how to get what is missing. */
export function renderChecks(
  checks: readonly CheckResult[],
  { columns, colors }: { columns: number; colors: Colors },
): readonly string[] {
  const paint = { ok: colors.green, warn: colors.yellow, fail: colors.red } as const;
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const indent = INDENT + nameWidth + 2;
  return checks.flatMap(({ name, status, detail, help }) => {
    const [first = '', ...more] = wrapText(oneLine(detail), columns - indent);
    const rest = [...more, ...(help === undefined ? [] : wrapText(cleanText(help), columns - indent))];
    const mark = paint[status](padEnd(status, INDENT));
    return [`${mark}${padEnd(name, nameWidth)}  ${first}`, ...rest.map((line) => `${' '.repeat(indent)}${line}`)];
  });
}
