import { BlenderError } from './blender-error.ts';

/** An optional package or program that the wanted feature needs is missing, or is there and cannot be loaded. */
export class MissingDependencyError extends BlenderError {
  override readonly name = 'MissingDependencyError' as const;
  override readonly code = 'missing_dependency' as const;
  /** What is missing: a package or program name. */
  readonly dependency: string;
  /** The command that adds it. */
  readonly command: string;

  constructor({
    dependency,
    feature,
    command,
    loadFailure,
    cause,
  }: {
    dependency: string;
    /** What needs it, as the subject of a sentence. */ feature: string;
    command: string;
    /** Why it cannot be loaded although it is installed. */ loadFailure?: string | undefined;
    cause?: unknown;
  }) {
    const state =
      loadFailure === undefined
        ? 'is not installed. Add it with'
        : `is installed but cannot be loaded: ${loadFailure.replace(/\.$/, '')}. Install it again with`;
    super(`${feature} needs ${dependency}, which ${state}: ${command}`, { cause });
    this.dependency = dependency;
    this.command = command;
  }
}
