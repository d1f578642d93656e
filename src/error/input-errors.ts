import { BlenderError } from './blender-error.ts';

/** An option has an invalid value. Thrown before any work is done. */
export class InvalidArgumentError extends BlenderError {
  override readonly name = 'InvalidArgumentError' as const;
  override readonly code = 'invalid_argument' as const;
  /** Name of the option, as the caller wrote it. */
  readonly parameter: string;
  /** The invalid value. */
  readonly value: unknown;

  constructor(options: {
    parameter: string;
    value: unknown;
    /** What is expected instead. */ message: string;
    cause?: unknown;
  }) {
    const { parameter, value, message, cause } = options;
    super(`Invalid ${parameter} ${describeValue(value)}: ${message}`, { cause });
    this.parameter = parameter;
    this.value = value;
  }
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return '(function)';
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `(array of ${value.length})` : '(object)';
  return String(value);
}

/** One problem of a configuration. */
export interface ConfigProblem {
  /** Where in the configuration, such as `blends.fast.models[0]`; empty = all of it. */
  readonly path: string;
  /** The value as written, shortened, never a key; undefined if there is none. */
  readonly value: string | undefined;
  /** What is expected, and how to fix it. */
  readonly message: string;
  /** Line of the file, from 1; undefined if unknown. */
  readonly line: number | undefined;
}

/** A configuration cannot be used. Reports all problems at once. */
export class InvalidConfigError extends BlenderError {
  override readonly name = 'InvalidConfigError' as const;
  override readonly code = 'invalid_config' as const;
  /** The file, or `configuration` if there is none. */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor({ source, problems, cause }: { source: string; problems: readonly ConfigProblem[]; cause?: unknown }) {
    super(`${source} cannot be used:${problems.map((problem) => `\n  - ${describeProblem(problem)}`).join('')}`, {
      cause,
    });
    this.source = source;
    this.problems = problems;
  }
}

function describeProblem({ path, value, message, line }: ConfigProblem): string {
  const subject = [path, value].filter((part) => part !== undefined && part !== '').join(' is ');
  const place = line === undefined ? '' : `line ${line}: `;
  return `${place}${subject === '' ? '' : `${subject}: `}${message}`;
}

/** A record of input does not have the expected form. The other records are still processed. */
export class DataFormatError extends BlenderError {
  override readonly name = 'DataFormatError' as const;
  override readonly code = 'invalid_data' as const;
  /** Where the data came from: a file path or `stdin`. */
  readonly source: string;
  /** Line number, counted from 1; undefined for the whole source, and for formats that are not read by lines. */
  readonly line: number | undefined;

  constructor(options: {
    source: string;
    /** The place, from 1: a line, an item of a JSON list, or a row of a table. None for the whole source. */
    line?: number | undefined;
    item?: number | undefined;
    row?: number | undefined;
    reason: string;
    cause?: unknown;
  }) {
    const { source, line, item, row, reason, cause } = options;
    const place = Object.entries({ line, item, row }).find(([, number]) => number !== undefined);
    super(`${[source, ...(place === undefined ? [] : [place.join(' ')])].join(', ')}: ${reason}`, { cause });
    this.source = source;
    this.line = line;
  }
}
