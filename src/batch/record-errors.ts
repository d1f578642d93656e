import { BlenderError, concernsAllInput, InvalidArgumentError } from '../error/index.ts';

/** Arguments that a record gives; all others are the same for every record. */
const ARGUMENT_OF_RECORD = /^(?:prompt|instruction|input|messages|[ab]|candidates\b.*)$/;

/** True for an error that concerns one record only, so that the next can be tried. */
export function isRecordError(error: unknown): boolean {
  if (!BlenderError.isInstance(error)) return true;
  if (error instanceof InvalidArgumentError) return ARGUMENT_OF_RECORD.test(error.parameter);
  return !concernsAllInput(error);
}
