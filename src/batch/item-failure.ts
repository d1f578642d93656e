import { BlenderError, type ErrorCode, NoCandidatesError, RankerError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { ItemFailure } from './batch-parts.ts';

/** The place is left out of the message: a job may be moved with its input, and its output stays the same. */
export function itemFailure(error: unknown, place: string): ItemFailure {
  const code: ErrorCode | 'error' = BlenderError.isInstance(error) ? error.code : 'error';
  const kind = kindOf(error);
  return {
    code,
    ...(kind === undefined ? {} : { kind }),
    message: errorMessage(error).replace(`${place}: `, ''),
  };
}

/** That of the call behind it; undefined where there are several kinds, or none. */
function kindOf(error: unknown): string | undefined {
  if (error instanceof RankerError) return kindOf(error.cause);
  if (error instanceof NoCandidatesError) {
    const [first, ...more] = new Set(error.failures.map(kindOf));
    return more.length === 0 ? first : undefined;
  }
  const kind: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'kind') : undefined;
  return typeof kind === 'string' ? kind : undefined;
}
