import { BlenderError } from './blender-error.ts';

/** A line of input does not have the expected form. The other lines are still processed. */
export class DataFormatError extends BlenderError {
  override readonly name = 'DataFormatError' as const;
  override readonly code = 'invalid_data' as const;
  /** Where the data came from: a file path or `stdin`. */
  readonly source: string;
  /** Line number, counted from 1; undefined where the whole source is meant. */
  readonly line: number | undefined;

  constructor({ source, line, reason, cause }: { source: string; line?: number; reason: string; cause?: unknown }) {
    super(line === undefined ? `${source}: ${reason}` : `${source}, line ${line}: ${reason}`, { cause });
    this.source = source;
    this.line = line;
  }
}
