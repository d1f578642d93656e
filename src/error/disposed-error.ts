import { BlenderError } from './blender-error.ts';

/** A resource was used after it had been disposed. */
export class DisposedError extends BlenderError {
  override readonly name = 'DisposedError' as const;
  override readonly code = 'disposed' as const;

  constructor({ what }: { what: string }) {
    super(`${what} was used after it had been disposed.`);
  }
}
