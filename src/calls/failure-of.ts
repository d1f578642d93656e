import { BlenderError, ModelCallError, RankerError } from '../error/index.ts';
import type { CallFailure, FailureKind } from '../spec/candidate.ts';
import { errorMessage } from '../util/error-message.ts';

/** What a failed call looks like in a result, from what it threw. */
export function failureOf(error: unknown): Pick<CallFailure, 'kind' | 'message'> {
  return { kind: kindOf(error), message: errorMessage(error) };
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof ModelCallError) return error.kind;
  // A ranker that asks a model fails for the reason the model had.
  if (error instanceof RankerError && error.cause !== undefined) return kindOf(error.cause);
  if (!BlenderError.isInstance(error)) return 'error';
  switch (error.code) {
    case 'timeout':
      return 'timeout';
    case 'budget_exceeded':
      return 'budget';
    case 'missing_key':
      return 'refused';
    case 'model_not_found':
      return 'not-found';
    default:
      return 'error';
  }
}
