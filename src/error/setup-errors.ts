import { BlenderError } from './blender-error.ts';

/** The model reference names no known model. */
export class ModelNotFoundError extends BlenderError {
  override readonly name = 'ModelNotFoundError' as const;
  override readonly code = 'model_not_found' as const;
  /** The reference as the caller wrote it. */
  readonly reference: string;

  constructor({ reference, hint }: { reference: string; /** What can be written instead. */ hint: string }) {
    super(`Unknown model ${JSON.stringify(reference)}. ${hint}`);
    this.reference = reference;
  }
}

/** An optional package or program that a feature needs is missing or cannot be loaded. */
export class MissingDependencyError extends BlenderError {
  override readonly name = 'MissingDependencyError' as const;
  override readonly code = 'missing_dependency' as const;
  /** Name of the package or program. */
  readonly dependency: string;
  /** The command that installs it. */
  readonly command: string;

  constructor(options: {
    dependency: string;
    /** What needs it, as the subject of a sentence. */ feature: string;
    command: string;
    /** Why it cannot be loaded although it is installed. */ loadFailure?: string | undefined;
    cause?: unknown;
  }) {
    const { dependency, feature, command, loadFailure, cause } = options;
    const state =
      loadFailure === undefined
        ? 'is not installed. Add it with'
        : `is installed but cannot be loaded: ${loadFailure.replace(/\.$/, '')}. Install it again with`;
    super(`${feature} needs ${dependency}, which ${state}: ${command}`, { cause });
    this.dependency = dependency;
    this.command = command;
  }
}

/** The key of a provider is not set. */
export class MissingKeyError extends BlenderError {
  override readonly name = 'MissingKeyError' as const;
  override readonly code = 'missing_key' as const;
  /** The provider, as in the first part of a model's name. */
  readonly provider: string;
  /** Environment variables that may hold the key, the usual one first. */
  readonly variables: readonly string[];

  constructor(options: {
    /** What needs the key. */ reference: string;
    provider: string;
    variables: readonly string[];
    /** Where to get a key. */ keyPage?: string | undefined;
  }) {
    const { reference, provider, variables, keyPage } = options;
    const source = keyPage === undefined ? '' : ` (a key is made at ${keyPage})`;
    super(`${reference} needs a key: set the environment variable ${variables.join(' or ')}${source}.`);
    this.provider = provider;
    this.variables = variables;
  }
}
