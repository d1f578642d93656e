import { BlenderError } from './blender-error.ts';

/** What went wrong with a call to a model, as far as a user does something else about it. */
export type ModelCallErrorKind =
  /** The provider does not let this key in: wrong key, no right, no credit. */
  | 'refused'
  /** The provider does not know the model, or the address is wrong. */
  | 'not-found'
  /** The provider cannot do what was asked, as it was asked. */
  | 'invalid-request'
  /** A safety filter of the provider withheld the answer, or the model declined. */
  | 'blocked'
  /** Too many requests or tokens for now, or a quota is used up. */
  | 'rate-limited'
  /** The provider has trouble of its own or is overloaded. */
  | 'unavailable'
  /** No connection could be made. */
  | 'unreachable'
  /** The answer broke off before its end. */
  | 'interrupted'
  /** What came is not an answer in the API of the provider. */
  | 'invalid-response'
  /** Anything else. */
  | 'error';

const KINDS_THAT_PASS: ReadonlySet<ModelCallErrorKind> = new Set([
  'rate-limited',
  'unavailable',
  'unreachable',
  'interrupted',
]);

/** A call to a model failed. The message has no keys in it. */
export class ModelCallError extends BlenderError {
  override readonly name = 'ModelCallError' as const;
  override readonly code = 'model_call_failed' as const;
  override readonly isRetryable: boolean;
  readonly kind: ModelCallErrorKind;
  /** Name of the model. */
  readonly model: string;
  /** HTTP status, where there was one. */
  readonly statusCode: number | undefined;

  constructor({
    kind,
    model,
    message,
    statusCode,
    cause,
  }: {
    kind: ModelCallErrorKind;
    model: string;
    message: string;
    statusCode?: number | undefined;
    cause?: unknown;
  }) {
    super(message, { cause });
    this.kind = kind;
    this.model = model;
    this.statusCode = statusCode;
    this.isRetryable = KINDS_THAT_PASS.has(kind);
  }
}
