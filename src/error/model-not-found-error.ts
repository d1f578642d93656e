import { BlenderError } from './blender-error.ts';

/** A model reference names nothing that is known here. */
export class ModelNotFoundError extends BlenderError {
  override readonly name = 'ModelNotFoundError' as const;
  override readonly code = 'model_not_found' as const;
  /** The reference as written by the caller. */
  readonly reference: string;

  constructor({ reference, hint }: { reference: string; /** What can be written instead. */ hint: string }) {
    super(`Unknown model ${JSON.stringify(reference)}. ${hint}`);
    this.reference = reference;
  }
}
