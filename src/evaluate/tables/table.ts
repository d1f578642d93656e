import type { FigureRange, Interval } from '../../statistics/index.ts';

/** A column of a table. */
export interface Column {
  /** Name of the figure in the results. */
  readonly key: string;
  readonly label: string;
  /** What the figure is, in a sentence. */
  readonly about: string;
  /** Which figures are better; `neither` where that depends. */
  readonly better: 'higher' | 'lower' | 'neither';
  /** `share`: from 0 to 1, shown in percent. `number`: shown with so many digits after the point. `count`: an integer. */
  readonly form: 'share' | 'number' | 'count' | 'dollars';
  /** @default 2 */
  readonly digits?: number | undefined;
  /** Ends that no interval goes beyond. @default those of a share from 0 to 1, none of other numbers */
  readonly range?: FigureRange | undefined;
}

/** One figure in a table. */
export interface Cell {
  readonly value: number;
  /** Ends of the interval; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Prompts that it is of. */
  readonly prompts: number;
  /** `best` of its column, or `tied` with the best by a paired test; null for others, and where nothing was tested. */
  readonly standing: 'best' | 'tied' | null;
  /** How the interval is made; undefined where there is none. */
  readonly method?: Interval['method'] | undefined;
}

/** One row of a table. */
export interface TableRow {
  readonly name: string;
  /** Rows of a group stand together. */
  readonly group: string;
  /** Examples that the row is of. */
  readonly n: number;
  /** By the key of the column; a figure that there is not is left out. */
  readonly cells: Readonly<Record<string, Cell>>;
  /** What has to be known to read the row. */
  readonly note?: string | undefined;
}

/** A table of figures, for any format. */
export interface Table {
  readonly id: string;
  readonly title: string;
  /** How it was made and what to look out for, in sentences. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
}

/** A figure as a cell. */
export function toCell({ value, low, high, prompts, method }: Interval, standing: Cell['standing'] = null): Cell {
  return { value, low: low ?? null, high: high ?? null, prompts, standing, method };
}

/** A number without an interval as a cell. */
export function plainCell(value: number, prompts: number): Cell {
  return { value, low: null, high: null, prompts, standing: null };
}
