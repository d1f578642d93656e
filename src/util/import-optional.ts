import { MissingDependencyError } from '../error/index.ts';
import { errorMessage } from './error-message.ts';

/**
 * Imports an optional package with `load`, such as `() => import('node-llama-cpp')`.
 *
 * @throws MissingDependencyError, which says whether the package is not installed, or installed but cannot be loaded,
 * and then why.
 */
export async function importOptional<MODULE>(
  load: () => Promise<MODULE>,
  {
    dependency,
    feature,
    command,
  }: {
    /** Name of the package. */
    dependency: string;
    /** What needs it, as the subject of a sentence. */
    feature: string;
    /** The command that installs it. */
    command: string;
  },
): Promise<MODULE> {
  try {
    return await load();
  } catch (cause) {
    const loadFailure = isNotInstalled(cause, dependency) ? undefined : errorMessage(cause);
    throw new MissingDependencyError({ dependency, feature, command, loadFailure, cause });
  }
}

/** Whether this very package cannot be found, and not a file of it or another package that it needs. */
function isNotInstalled(error: unknown, dependency: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false;
  return /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1] === dependency;
}
