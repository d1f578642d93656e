import { BlenderError } from './blender-error.ts';
import type { ErrorCode } from './error-code.ts';

const CODES: ReadonlySet<ErrorCode> = new Set([
  'invalid_argument',
  'model_not_found',
  'missing_dependency',
  'missing_key',
]);

/** True for a mistake in the call or the set-up rather than bad luck: trying again changes nothing. */
export function isConfigurationError(error: unknown): error is BlenderError {
  return BlenderError.isInstance(error) && CODES.has(error.code);
}
