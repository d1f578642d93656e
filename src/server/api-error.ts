import {
  BlenderError,
  type ErrorCode,
  InvalidArgumentError,
  ModelCallError,
  type ModelCallErrorKind,
  NoCandidatesError,
} from '../index.ts';
import { errorMessage, redactSecrets } from '../util/error-message.ts';

/** An error as OpenAI's API has it, under the key `error`. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  /** The field of the request that is wrong. */
  readonly param: string | null;
  readonly code: string | null;
}

/** What a client is told instead of an answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError' as const;
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor({
    status,
    message,
    type = status >= 500 ? 'server_error' : 'invalid_request_error',
    param = null,
    code = null,
    headers = {},
  }: { status: number; message: string; headers?: Readonly<Record<string, string>> } & Partial<ErrorBody>) {
    // A client that puts its key into the wrong place does not get it back.
    const said = redactSecrets(message);
    super(said);
    this.status = status;
    this.body = { message: said, type, param, code };
    this.headers = headers;
  }

  /** The same error where a client knows the field by another name. */
  withField(nameOf: (param: string) => string): ApiError {
    const { param } = this.body;
    if (param === null) return this;
    const message = this.message.replace(param, nameOf(param));
    return new ApiError({ ...this.body, status: this.status, headers: this.headers, message, param: nameOf(param) });
  }

  toResponse(): Response {
    return Response.json({ error: this.body }, { status: this.status, headers: this.headers });
  }
}

/** Seconds after which a client may try again where too much is asked at once. */
export const RETRY_AFTER_SECONDS = 5;

/** What the official clients obey: they try again by themselves else, and a blend would be paid twice. */
const DO_NOT_RETRY = { 'x-should-retry': 'false' };

/** HTTP status for each error of the library. What is the fault of the configuration is none of the request. */
const STATUS_OF = {
  invalid_argument: 400,
  invalid_config: 500,
  invalid_data: 500,
  model_not_found: 503,
  missing_dependency: 503,
  missing_key: 503,
  weights_unavailable: 503,
  model_call_failed: 502,
  model_load_failed: 503,
  context_exceeded: 400,
  no_candidates: 502,
  ranker_failed: 502,
  timeout: 504,
  budget_exceeded: 429,
  job_failed: 500,
  stopped: 503,
  disposed: 503,
} as const satisfies Record<ErrorCode, number>;

/** HTTP status for a failed call to a model, where it is not 502. */
const STATUS_OF_KIND: Partial<Record<ModelCallErrorKind | 'budget', number>> = {
  'invalid-request': 400,
  blocked: 400,
  'rate-limited': 429,
  unavailable: 503,
  budget: 429,
};

/** What clients call the options that a blend may refuse. */
const FIELD_OF: Readonly<Record<string, string>> = {
  messages: 'messages',
  schema: 'response_format',
  temperature: 'temperature',
  topP: 'top_p',
  maxOutputTokens: 'max_tokens',
  seed: 'seed',
};

/** What went wrong while an answer was made, for the client. Keys are not in it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!BlenderError.isInstance(error)) {
    // What it says may be anything, such as a path of this machine.
    const message = 'The server has failed. Its log has the reason, under the id of this request.';
    return new ApiError({ status: 500, message, headers: DO_NOT_RETRY });
  }
  const status = statusOf(error);
  // What has no money left has none in a moment either.
  const isBusy = status === 429 && error.code !== 'budget_exceeded' && !kindsOf(error).includes('budget');
  return new ApiError({
    status,
    message: errorMessage(error),
    ...(status === 429 ? { type: 'rate_limit_error' } : {}),
    ...(error instanceof InvalidArgumentError ? { param: FIELD_OF[error.parameter] ?? null } : {}),
    code: error.code === 'context_exceeded' ? 'context_length_exceeded' : error.code,
    headers: isBusy ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : DO_NOT_RETRY,
  });
}

function statusOf(error: BlenderError): number {
  const kinds = kindsOf(error);
  const [kind] = kinds;
  if (kind !== undefined && kinds.every((other) => other === kind)) {
    return STATUS_OF_KIND[kind as ModelCallErrorKind] ?? 502;
  }
  // A newer copy of the package may throw a code that this one does not know.
  return STATUS_OF[error.code] ?? 500;
}

/** The kinds of the calls that have failed. */
function kindsOf(error: BlenderError): readonly string[] {
  if (error instanceof ModelCallError) return [error.kind];
  if (!(error instanceof NoCandidatesError)) return [];
  return error.failures.map((failure) => ('kind' in failure ? String(failure.kind) : ''));
}
