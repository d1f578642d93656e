import { APICallError, InvalidResponseDataError, JSONParseError, TypeValidationError } from '@ai-sdk/provider';
import { NoOutputGeneratedError, RetryError } from 'ai';
import { BlenderError, ModelCallError, type ModelCallErrorKind, RankerError, StoppedError } from '../error/index.ts';
import type { CallFailure, FailureKind } from '../spec/candidate.ts';
import { errorMessage } from '../util/error-message.ts';
import { holdsKnownSecret } from '../util/known-secrets.ts';
import { parseJson } from '../util/parse-json.ts';
import {
  FILTERED,
  namesIn,
  NO_CREDIT,
  plainName,
  REFUSED_KEY,
  THROTTLED,
  UNKNOWN_MODEL,
  USED_UP,
} from './error-body.ts';

/**
 * Turns what a call to a model threw into an error of this package, by what a user can do about it:
 * refused, blocked, rate limited, unreachable, … Errors of this package are returned as they are.
 */
export function toCallError(thrown: unknown, model: string): BlenderError {
  const { error, attempts } = lastOfRetries(thrown);
  if (BlenderError.isInstance(error)) return error;
  const statusCode = statusOf(error);
  const kind = callErrorKind(error);
  return new ModelCallError({
    kind,
    model,
    message: [
      messageStart({ kind, statusCode, attempts }),
      errorMessage(breakOf(error) ?? error)
        .trim()
        .slice(0, MAX_REASON_LENGTH),
    ]
      .filter(Boolean)
      .join(': '),
    statusCode,
    // What a log of the cause would show is not in our hands.
    cause: holdsKnownSecret(error) ? undefined : error,
  });
}

/** Most UTF-16 units of what the provider said: some quote the whole request. */
const MAX_REASON_LENGTH = 500;

/** The beginning of the message; an unknown kind has only what the provider said. */
const WHAT_HAPPENED = {
  refused: 'The provider refused access',
  'not-found': 'The model was not found',
  'invalid-request': 'The provider cannot do what was asked',
  blocked: 'The answer was blocked',
  'rate-limited': 'The provider takes no more for now',
  unavailable: 'The provider is not available',
  unreachable: 'The provider cannot be reached',
  interrupted: 'The answer broke off',
  'invalid-response': 'The reply is no valid answer',
  invalid: 'The answer does not follow the schema',
  error: undefined,
} as const satisfies Record<ModelCallErrorKind, string | undefined>;

function messageStart({
  kind,
  statusCode,
  attempts,
}: {
  kind: ModelCallErrorKind;
  statusCode: number | undefined;
  attempts: number;
}): string | undefined {
  const start = WHAT_HAPPENED[kind];
  if (start === undefined) return undefined;
  return `${start}${statusCode === undefined ? '' : ` (${statusCode})`}${attempts > 1 ? `, ${attempts} times` : ''}`;
}

/** The SDK wraps the last error once it has tried again. */
function lastOfRetries(error: unknown): { error: unknown; attempts: number } {
  return RetryError.isInstance(error)
    ? { error: error.lastError, attempts: error.errors.length }
    : { error, attempts: 1 };
}

/** What went wrong with a call, from what a model of the AI SDK threw. */
export function callErrorKind(error: unknown): ModelCallErrorKind {
  if (breakOf(error) !== undefined) return 'interrupted';
  const statusCode = statusOf(error);
  const kind = kindOfNames(namesOf(error)) ?? kindOfRequest(error, statusCode) ?? kindOfStatus(statusCode);
  if (kind !== undefined) return kind;
  if (APICallError.isInstance(error)) return statusCode === undefined ? 'unreachable' : 'invalid-response';
  return isInvalidResponse(error) ? 'invalid-response' : 'error';
}

/** True where nothing more is answered before something is paid. */
export function isUsedUp(error: unknown): boolean {
  const statusCode = statusOf(error);
  if (statusCode === 402 || namesOf(error).some((name) => USED_UP.has(plainName(name)))) return true;
  return (statusCode === 400 || statusCode === 403) && error instanceof Error && NO_CREDIT.test(error.message);
}

/** Codes say more than the status: Gemini answers 400 to a wrong key, and errors inside a stream have no status. */
function kindOfNames(names: readonly string[]): ModelCallErrorKind | undefined {
  const kinds = names.map((name) => KIND_OF_NAME.get(plainName(name)));
  return kinds.find((kind) => kind !== undefined);
}

/** By the plain names of codes, see {@link plainName}. */
const KIND_OF_NAME: ReadonlyMap<string, ModelCallErrorKind> = new Map(
  Object.entries({
    refused: 'apikeyinvalid invalidapikey wrongapikey expiredtoken',
    blocked:
      'contentfilter contentfiltered contentpolicyviolation responsibleaipolicyviolation datainspectionfailed contentmoderation',
    'not-found':
      'modelnotfound unavailablemodel modeldecommissioned deploymentnotfound unknownmodel invalidmodel modelnotexist',
    'rate-limited': 'ratelimitexceeded throttling throttled insufficientquota',
    unavailable: 'server',
  } satisfies Partial<Record<ModelCallErrorKind, string>>).flatMap(([kind, names]) =>
    names.split(' ').map((name) => [name, kind as ModelCallErrorKind] as const),
  ),
);

/** Some answer 400 or 403 where others have a status of its own. */
function kindOfRequest(error: unknown, statusCode: number | undefined): ModelCallErrorKind | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if ((statusCode === 400 || statusCode === 403) && FILTERED.test(message)) return 'blocked';
  if (statusCode !== 400 && statusCode !== 422) return undefined;
  if (THROTTLED.test(message)) return 'rate-limited';
  if (REFUSED_KEY.test(message) || NO_CREDIT.test(message)) return 'refused';
  return UNKNOWN_MODEL.test(message) ? 'not-found' : undefined;
}

function kindOfStatus(statusCode: number | undefined): ModelCallErrorKind | undefined {
  switch (statusCode) {
    case undefined:
      return undefined;
    case 401:
    case 402:
    case 403:
      return 'refused';
    case 404:
    case 410:
      return 'not-found';
    case 407:
      return 'unreachable';
    case 429:
      return 'rate-limited';
    case 408:
    case 409:
    case 425:
    case 498:
      return 'unavailable';
    default:
      if (statusCode < 400) return undefined;
      return statusCode >= 500 ? 'unavailable' : 'invalid-request';
  }
}

/** The status of a reply, or the one that stands for an error in the middle of a stream. */
function statusOf(error: unknown): number | undefined {
  const { statusCode, code } = fieldsOf(error);
  if (typeof statusCode === 'number') return statusCode;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

/** The codes in the body of a reply, or of an error inside a stream. */
function namesOf(error: unknown): readonly string[] {
  const { code, type, responseBody: body, data } = fieldsOf(error);
  if (!APICallError.isInstance(error)) return [...[code, type].map(String), ...namesIn(data)];
  // Some packages put the parsed body there.
  return namesIn(typeof body === 'string' ? parseJson(body) : body);
}

/** Errors inside a stream are plain objects until the SDK wraps them. */
function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
}

/**
 * The error that says that an answer broke off: what Node throws where a connection ends in the middle of a body, which
 * the SDK may wrap, and what the packages of the SDK throw where a body ends in the middle of an answer.
 */
function breakOf(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const broke =
    NoOutputGeneratedError.isInstance(error) ||
    (InvalidResponseDataError.isInstance(error) && /ended without/i.test(error.message)) ||
    (error instanceof TypeError && /^(?:terminated|network error)$/i.test(error.message));
  if (!broke) return breakOf(error.cause);
  return error.cause instanceof Error ? error.cause : error;
}

function isInvalidResponse(error: unknown): boolean {
  return [JSONParseError, TypeValidationError, InvalidResponseDataError].some((type) => type.isInstance(error));
}

/** What a failed call looks like in a result, from what it threw. */
export function failureOf(error: unknown): Pick<CallFailure, 'kind' | 'message'> {
  return { kind: kindOf(error), message: errorMessage(error) };
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof ModelCallError || error instanceof StoppedError) return error.kind;
  // A ranker that asks a model fails for the reason the model had.
  if (error instanceof RankerError && error.cause !== undefined) return kindOf(error.cause);
  if (!BlenderError.isInstance(error)) return 'error';
  switch (error.code) {
    case 'timeout':
      return 'timeout';
    case 'budget_exceeded':
      return 'budget';
    case 'missing_key':
      return 'refused';
    case 'model_not_found':
      return 'not-found';
    default:
      return 'error';
  }
}
