import { BlenderError } from './blender-error.ts';

/** An optional package or program that the wanted feature needs is not there. */
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
    cause,
  }: {
    dependency: string;
    /** What needs it, as the subject of a sentence. */ feature: string;
    command: string;
    cause?: unknown;
  }) {
    super(`${feature} needs ${dependency}, which is not installed. Add it with: ${command}`, { cause });
    this.dependency = dependency;
    this.command = command;
  }
}
