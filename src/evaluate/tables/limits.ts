import { InvalidArgumentError } from '../../error/index.ts';
import type { EvaluationResults } from '../results/results-schema.ts';

/** A figure that must be reached. */
export interface Limit {
  /** As it was given. */
  readonly text: string;
  /** Name of a figure, or `ROW:FIGURE`. */
  readonly figure: string;
  readonly value: number;
}

/** What a limit came to for one row. */
export interface CheckedLimit {
  readonly limit: Limit;
  readonly row: string;
  /** Undefined where there is no such figure. */
  readonly value: number | undefined;
  readonly isReached: boolean;
}

/**
 * Reads `accuracy=0.65`, or `small:accuracy=0.65` for one row. Shares are from 0 to 1.
 *
 * @throws InvalidArgumentError
 */
export function parseLimit(text: string): Limit {
  const at = text.lastIndexOf('=');
  const value = at === -1 || text.slice(at + 1).trim() === '' ? Number.NaN : Number(text.slice(at + 1));
  const name = text.slice(0, Math.max(0, at)).trim();
  if (!Number.isFinite(value) || name === '') {
    throw new InvalidArgumentError({
      parameter: '--fail-under',
      value: text,
      message: 'expected FIGURE=VALUE or ROW:FIGURE=VALUE, such as accuracy=0.65. Shares are from 0 to 1.',
    });
  }
  return { text, figure: name, value };
}

/**
 * Whether the limits are reached: by every row that is evaluated, or by the row that a limit names. A figure of which
 * lower is better must be at most the limit.
 *
 * @throws InvalidArgumentError for a figure that no table has.
 */
export function checkLimits(results: EvaluationResults, limits: readonly Limit[]): readonly CheckedLimit[] {
  return limits.flatMap((limit) => {
    const { table, column, rows } = find(results, limit);
    return rows.map(({ name, cells }): CheckedLimit => {
      const value = cells[column.key]?.value;
      const isReached =
        value !== undefined && (column.better === 'lower' ? value <= limit.value : value >= limit.value);
      return { limit, row: `${name} (${table.title})`, value, isReached };
    });
  });
}

const EVALUATED = { models: ['model'], ranker: ['ranker'], blend: ['kept'] } as const;

function find(results: EvaluationResults, { figure, text }: Limit) {
  for (const table of results.tables) {
    const whole = table.columns.find(({ key }) => key === figure);
    const groups: readonly string[] = EVALUATED[results.kind];
    if (whole !== undefined)
      return { table, column: whole, rows: table.rows.filter(({ group }) => groups.includes(group)) };
    // Names of rows have colons in them, and so have figures.
    for (const column of table.columns) {
      if (!figure.endsWith(`:${column.key}`)) continue;
      const name = figure.slice(0, -column.key.length - 1);
      const rows = table.rows.filter((row) => row.name === name);
      if (rows.length > 0) return { table, column, rows };
    }
  }
  const known = [...new Set(results.tables.flatMap(({ columns }) => columns.map(({ key }) => key)))];
  throw new InvalidArgumentError({
    parameter: '--fail-under',
    value: text,
    message: `no table has this figure, or no row has this name. Figures: ${known.join(', ')}.`,
  });
}
