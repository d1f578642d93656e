import { BlenderError } from './blender-error.ts';

/** Why a call to a model failed, by what a user can do about it. */
export type ModelCallErrorKind =
  /** The provider rejected the key: wrong key, no permission, no credit. */
  | 'refused'
  /** The provider does not know the model, or the address is wrong. */
  | 'not-found'
  /** The provider does not support the request. */
  | 'invalid-request'
  /** A safety filter of the provider withheld the answer, or the model declined. */
  | 'blocked'
  /** Too many requests or tokens, or the quota is used up. */
  | 'rate-limited'
  /** The provider is down or overloaded. */
  | 'unavailable'
  /** No connection could be made. */
  | 'unreachable'
  /** The answer broke off before its end. */
  | 'interrupted'
  /** The reply does not follow the API of the provider. */
  | 'invalid-response'
  /** The answer does not follow the `schema` that was given for it. */
  | 'invalid'
  /** Anything else. */
  | 'error';

/** Kinds of failure after which the same call may succeed. */
export const RETRYABLE_KINDS: ReadonlySet<ModelCallErrorKind> = new Set([
  'rate-limited',
  'unavailable',
  'unreachable',
  'interrupted',
]);

/** A call to a model failed. The message contains no keys. */
export class ModelCallError extends BlenderError {
  override readonly name = 'ModelCallError' as const;
  override readonly code = 'model_call_failed' as const;
  override readonly isRetryable: boolean;
  readonly kind: ModelCallErrorKind;
  /** Name of the model. */
  readonly model: string;
  /** HTTP status, if there was one. */
  readonly statusCode: number | undefined;

  constructor(options: {
    kind: ModelCallErrorKind;
    model: string;
    message: string;
    statusCode?: number | undefined;
    cause?: unknown;
  }) {
    const { kind, model, message, statusCode, cause } = options;
    super(message, { cause });
    this.kind = kind;
    this.model = model;
    this.statusCode = statusCode;
    this.isRetryable = RETRYABLE_KINDS.has(kind);
  }
}

/** A time limit ran out. `what` names it, since one call may have several. */
export class TimeoutError extends BlenderError {
  override readonly name = 'TimeoutError' as const;
  override readonly code = 'timeout' as const;
  override readonly isRetryable = true;
  /** What ran out, such as `answer of local/smollm2-135m-instruct`. */
  readonly what: string;
  /** The limit in milliseconds. */
  readonly timeoutMs: number;

  constructor(options: { what: string; timeoutMs: number; /** What the caller can do. */ hint?: string }) {
    const { what, timeoutMs, hint } = options;
    super(`Timed out after ${timeoutMs} ms: ${what}.${hint === undefined ? '' : ` ${hint}`}`);
    this.what = what;
    this.timeoutMs = timeoutMs;
  }
}

/** The next call could have exceeded the limit of calls or cost, and was not made. */
export class BudgetExceededError extends BlenderError {
  override readonly name = 'BudgetExceededError' as const;
  override readonly code = 'budget_exceeded' as const;
  /** The limit that was reached. */
  readonly limit: 'maxCalls' | 'maxCost';
  /** Its value: calls, or US dollars. */
  readonly value: number;

  constructor(options: { limit: 'maxCalls' | 'maxCost'; value: number; /** A clause. */ reason: string }) {
    const { limit, value, reason } = options;
    const flag = limit === 'maxCalls' ? '--max-calls' : '--max-cost';
    super(`The budget does not allow another call: ${reason}. Raise ${limit} (${flag}).`);
    this.limit = limit;
    this.value = value;
  }
}

/** The input does not fit into the model's context. */
export class ContextExceededError extends BlenderError {
  override readonly name = 'ContextExceededError' as const;
  override readonly code = 'context_exceeded' as const;
  readonly model: string;
  /** Tokens of the input. */
  readonly inputTokens: number;
  /** Size of the context, for input and output together. */
  readonly contextTokens: number;

  constructor({ model, inputTokens, contextTokens }: { model: string; inputTokens: number; contextTokens: number }) {
    super(
      `The input takes ${inputTokens} tokens, but ${model} holds ${contextTokens} for input and output together. Shorten the input or choose a model with a longer context.`,
    );
    this.model = model;
    this.inputTokens = inputTokens;
    this.contextTokens = contextTokens;
  }
}
