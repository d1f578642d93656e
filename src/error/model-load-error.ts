import { BlenderError } from './blender-error.ts';

/** Weights are present but the runtime could not load them. */
export class ModelLoadError extends BlenderError {
  override readonly name = 'ModelLoadError' as const;
  override readonly code = 'model_load_failed' as const;
  /** The model reference. */
  readonly reference: string;
  /** The file that was being loaded. */
  readonly path: string;

  constructor({
    reference,
    path,
    reason,
    cause,
  }: {
    reference: string;
    path: string;
    reason: string;
    cause?: unknown;
  }) {
    super(`Could not load ${reference} from ${path}: ${reason}`, { cause });
    this.reference = reference;
    this.path = path;
  }
}
