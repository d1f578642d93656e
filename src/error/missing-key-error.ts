import { BlenderError } from './blender-error.ts';

/** A provider was named whose key is not set. */
export class MissingKeyError extends BlenderError {
  override readonly name = 'MissingKeyError' as const;
  override readonly code = 'missing_key' as const;
  /** The provider, as in the first part of a model's name. */
  readonly provider: string;
  /** Environment variables that may hold the key, the usual one first. */
  readonly variables: readonly string[];

  constructor({
    reference,
    provider,
    variables,
    keyPage,
  }: {
    /** What needs the key. */ reference: string;
    provider: string;
    variables: readonly string[];
    /** Where a key is to be had. */ keyPage?: string | undefined;
  }) {
    const source = keyPage === undefined ? '' : ` (a key is made at ${keyPage})`;
    super(`${reference} needs a key: set the environment variable ${variables.join(' or ')}${source}.`);
    this.provider = provider;
    this.variables = variables;
  }
}
