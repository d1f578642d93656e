import { BlenderError } from './blender-error.ts';

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where in the configuration, such as `blends.fast.models[0]`; empty = the whole of it. */
  readonly path: string;
  /** The value as written, shortened, and never a key; undefined where there is none. */
  readonly value: string | undefined;
  /** What is expected, with the way out. */
  readonly message: string;
  /** Line of the file, from 1; undefined where it is not known. */
  readonly line: number | undefined;
}

/** A configuration cannot be used. All that is wrong with it is told at once. */
export class InvalidConfigError extends BlenderError {
  override readonly name = 'InvalidConfigError' as const;
  override readonly code = 'invalid_config' as const;
  /** The file, or `configuration` where it is none. */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor({ source, problems, cause }: { source: string; problems: readonly ConfigProblem[]; cause?: unknown }) {
    super(`${source} cannot be used:${problems.map((problem) => `\n  - ${describe(problem)}`).join('')}`, { cause });
    this.source = source;
    this.problems = problems;
  }
}

function describe({ path, value, message, line }: ConfigProblem): string {
  const subject = [path, value].filter((part) => part !== undefined && part !== '').join(' is ');
  const place = line === undefined ? '' : `line ${line}: `;
  return `${place}${subject === '' ? '' : `${subject}: `}${message}`;
}
