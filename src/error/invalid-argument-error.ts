import { BlenderError } from './blender-error.ts';

/** An option has a value that cannot be used. Thrown before any work is done. */
export class InvalidArgumentError extends BlenderError {
  override readonly name = 'InvalidArgumentError' as const;
  override readonly code = 'invalid_argument' as const;
  /** Name of the option, as the caller wrote it. */
  readonly parameter: string;
  /** The value that was refused. */
  readonly value: unknown;

  constructor({
    parameter,
    value,
    message,
    cause,
  }: {
    parameter: string;
    value: unknown;
    /** What is expected instead. */ message: string;
    cause?: unknown;
  }) {
    super(`Invalid ${parameter} ${describe(value)}: ${message}`, { cause });
    this.parameter = parameter;
    this.value = value;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return '(function)';
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `(array of ${value.length})` : '(object)';
  return String(value);
}
