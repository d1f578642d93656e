import { BlenderError } from './blender-error.ts';

/** The ranker could not compare the candidates. */
export class RankerError extends BlenderError {
  override readonly name = 'RankerError' as const;
  override readonly code = 'ranker_failed' as const;
  /** Name of the ranker. */
  readonly ranker: string;

  constructor({ ranker, reason, cause }: { ranker: string; reason: string; cause?: unknown }) {
    super(`The ranker ${ranker} failed: ${reason}`, { cause });
    this.ranker = ranker;
  }
}
