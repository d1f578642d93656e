import { MissingDependencyError } from '../error/index.ts';
import { errorCode, errorMessage } from './error-message.ts';

/** An optional package, for the error if it cannot be loaded. */
export interface OptionalPackage {
  /** Name of the package. */
  readonly dependency: string;
  /** What needs it, as the subject of a sentence. */
  readonly feature: string;
  /** The command that installs it. */
  readonly command: string;
}

/**
 * Imports an optional package.
 *
 * @throws MissingDependencyError saying whether the package is missing, or is there and fails to load, and why.
 */
export async function importOptional<MODULE>(
  load: () => Promise<MODULE>,
  { dependency, feature, command }: OptionalPackage,
): Promise<MODULE> {
  try {
    return await load();
  } catch (cause) {
    const loadFailure = isPackageMissing(cause, dependency) ? undefined : errorMessage(cause);
    throw new MissingDependencyError({ dependency, feature, command, loadFailure, cause });
  }
}

/** True where this very package cannot be found; a package that it needs in turn is another matter. */
export function isPackageMissing(error: unknown, dependency: string): boolean {
  return errorCode(error) === 'ERR_MODULE_NOT_FOUND' && String(error).includes(`'${dependency}'`);
}
