import { parseJson } from '../util/parse-json.ts';
import { isObject, type UnknownObject } from '../util/is-object.ts';

/**
 * Reads what servers write about errors: OpenAI's form and those of others, with the reason in a text, in `message`,
 * `detail` and the like, or in a list of these.
 */
export function reasonIn(value: unknown): string | undefined {
  if (typeof value === 'string') return reasonInText(value);
  if (Array.isArray(value)) {
    const reasons = new Set(value.map(reasonIn).filter((reason) => reason !== undefined));
    return reasons.size === 0 ? undefined : [...reasons].join('; ');
  }
  if (!isObject(value)) return undefined;
  const { error } = value;
  const reason =
    (typeof error === 'string' ? undefined : reasonIn(error)) ??
    REASONS.map((name) => reasonIn(value[name])).find((found) => found !== undefined) ??
    reasonInMap(value['errors']) ??
    reasonIn(value['title']);
  // What the provider behind a gateway said, and which field of the request is meant.
  const behind = reasonIn(objectIn(value, 'metadata')['raw']);
  const place = Array.isArray(value['loc']) ? value['loc'].filter((step) => step !== 'body').join('.') : '';
  const parts = [place, reason, behind === reason ? undefined : behind].filter(Boolean);
  return reason === undefined && behind === undefined ? undefined : parts.join(': ');
}

/** Where a reason may stand beside an object `error`, the most telling first: a text in `error` may be a code. */
const REASONS = [
  'error_description',
  'message',
  'detail',
  'msg',
  'error_msg',
  'error_message',
  'errorMessage',
  'status_msg',
  'Message',
  'Error',
  'faultstring',
  'fault',
  'base_resp',
  'errors',
  'response',
  'Response',
  'x_groq',
  'data',
  'result',
  'error',
  'reason',
] as const;

/** Errors by the names of fields. */
function reasonInMap(errors: unknown): string | undefined {
  if (!isObject(errors)) return undefined;
  const reasons = Object.entries(errors).flatMap(([name, value]) => {
    const reason = reasonIn(value);
    return reason === undefined ? [] : [`${name}: ${reason}`];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** Some put a body of JSON into a text. */
function reasonInText(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return (/^[[{]/.test(trimmed) ? reasonIn(parseJson(trimmed)) : undefined) ?? trimmed;
}

/** True for a body, or an event of a stream, that says that something went wrong, whatever its HTTP status. */
export function isErrorBody(json: unknown): boolean {
  if (Array.isArray(json)) return json.length > 0 && json.every((item) => isErrorBody(item));
  if (!isObject(json)) return false;
  if (holdsError(json) || json['object'] === 'error' || json['type'] === 'error') return true;
  const { choices } = json;
  const [first] = Array.isArray(choices) ? choices : [];
  if (first !== undefined) return isObject(first) && holdsError(first);
  return holdsError(objectIn(json, 'x_groq')) || (!Array.isArray(choices) && reasonIn(json) !== undefined);
}

function holdsError({ error }: UnknownObject): boolean {
  if (typeof error === 'object' && error !== null) return Object.keys(error).length > 0;
  return typeof error === 'string' && error.trim() !== '';
}

/** The HTTP status that what a server wrote states, or that its type, its code, or else its words stand for. */
export function statusIn(value: unknown): number | undefined {
  const records = [...recordsIn(value, MAX_DEPTH)];
  const stated = records.flatMap((record) => STATUSES.map((name) => Number(record[name] ?? Number.NaN)));
  const status = stated.find((number) => number >= 400 && number < 600);
  return status ?? statusOfNames(namesIn(value)) ?? statusOfWords(reasonIn(value) ?? '');
}

const STATUSES = [
  'statusCode',
  'status_code',
  'status',
  'code',
  'http_status',
  'error_code',
  'raw_status_code',
] as const;

/** Types and codes of an error, the innermost first. */
export function namesIn(value: unknown): readonly string[] {
  return [...recordsIn(value, MAX_DEPTH)]
    .flatMap((record) => NAMES.map((name) => record[name]))
    .filter((name) => typeof name === 'string' && name !== '') as string[];
}

const NAMES = ['code', 'type', 'status', 'reason', 'error_type', 'errorType', '__type', 'error_code', 'error'] as const;

/** Levels of objects in which an error is looked for. */
const MAX_DEPTH = 5;

/** The objects in which an error may stand, from the inside out. */
function* recordsIn(value: unknown, depth: number): Generator<UnknownObject> {
  if (depth === 0) return;
  if (Array.isArray(value)) for (const item of value) yield* recordsIn(item, depth - 1);
  if (!isObject(value)) return;
  for (const name of INNER) yield* recordsIn(value[name], depth - 1);
  yield value;
}

const INNER = [
  'error',
  'errors',
  'message',
  'details',
  'innererror',
  'response',
  'fault',
  'base_resp',
  'choices',
  'x_groq',
] as const;

/** The status that the first known type or code stands for. */
export function statusOfNames(names: readonly string[]): number | undefined {
  return names.map((name) => STATUS_OF_NAME.get(plainName(name))).find((status) => status !== undefined);
}

/** `rate_limit_error`, `RateLimitError` and `RATE_LIMIT` are one name. */
export function plainName(name: string): string {
  // AWS puts a name space in front.
  return name
    .replace(/^.*#/, '')
    .replaceAll(/[^a-z0-9]/gi, '')
    .toLowerCase()
    .replace(/(?:error|exception)$/, '');
}

/** HTTP statuses that stand for the types and codes of errors, by their plain names. */
const STATUS_OF_NAME: ReadonlyMap<string, number> = new Map(
  Object.entries({
    400: 'invalidrequest badrequest validation invalidargument failedprecondition invalidparameter contextlengthexceeded exceedcontextsize stringabovemaxlength unsupportedparameter unsupportedvalue invalidvalue unknownparameter extraforbidden jsonvalidatefailed',
    401: 'authentication unauthorized unauthenticated invalidapikey apikeyinvalid wrongapikey invalidtoken invalidauthentication authenticationrequired unrecognizedclient',
    402: 'insufficientbalance insufficientcredits insufficientfunds paymentrequired billing billingnotactive',
    403: 'permission permissiondenied forbidden accessdenied expiredtoken accesstokendenied',
    404: 'notfound modelnotfound resourcenotfound unknownmodel invalidmodel unavailablemodel deploymentnotfound modeldecommissioned',
    408: 'modeltimeout requesttimeout',
    429: 'ratelimit ratelimited ratelimitexceeded ratelimitreached toomanyrequests throttling throttled resourceexhausted insufficientquota quotaexceeded exceededquota exceededcurrentquota queueexceeded modelnotready requests tokens',
    500: 'api server internalserver internal internalfailure serverinternal generation incompletegeneration modelerror',
    502: 'badgateway upstream',
    503: 'unavailable serviceunavailable overcapacity engineoverloaded overload modeloverloaded modelloading modelcurrentlyloading capacityexceeded',
    504: 'timeout deadlineexceeded gatewaytimeout',
    529: 'overloaded',
  }).flatMap(([status, names]) => names.split(' ').map((name) => [name, Number(status)] as const)),
);

/** The last resort, where neither a status nor a type says what went wrong. */
export function statusOfWords(reason: string): number | undefined {
  return WORDS.find(([, words]) => words.test(reason))?.[0];
}

/** A key, and what servers say of one that they do not take. */
export const REFUSED_KEY =
  /\b(?:invalid|incorrect|missing|expired|wrong|unknown|no|bad)\b.{0,30}\b(?:api[ _-]?key|access[ _-]?token|auth\w* token|credentials?|bearer)\b|\bapi[ _-]?key\b.{0,40}\b(?:invalid|incorrect|not valid|expired|missing|required|not found|not provided)\b/i;

/** A model, and what servers say of one that they do not have. */
export const UNKNOWN_MODEL =
  /\bmodel\b.{0,80}(?:\bnot found\b|\b(?:does(?: not|n['’]t)|not) exist\b|\bnot (?:loaded|available|installed)\b|\bdecommissioned\b)|\b(?:unknown|no such|invalid|not a valid) model\b|\bno models? loaded\b/i;

/** That a filter withheld something. */
export const FILTERED = /\bflagged\b|\bmoderation\b|\bcontent[ _-](?:policy|filter|management)/i;

/** That there is no money left. */
export const NO_CREDIT =
  /\b(?:insufficient|low|no|out of|exceeded)\b.{0,20}\b(?:balance|credits?|funds)\b|\bcredit balance\b|\breached your\b.{0,30}\busage limits?\b/i;

/** Plain names of codes that say so: a quota that comes back with a payment, not with time. */
export const USED_UP: ReadonlySet<string> = new Set([
  'insufficientquota',
  'exceededcurrentquota',
  'billinghardlimitreached',
  'insufficientbalance',
]);

/** That there were too many requests, whatever the status. */
export const THROTTLED = /\bThrottling(?:Exception)?\b|\btoo many (?:requests|tokens)\b/i;

const WORDS: readonly (readonly [status: number, words: RegExp])[] = [
  [429, /\brate[ _-]?limit|\btoo many requests\b|\bquota\b|\bthrottl|\brequests per (?:second|minute|day)\b/i],
  [
    503,
    /\boverload|\b(?:over|at|no) capacity\b|\b(?:temporarily|currently|service) unavailable\b|\b(?:try again|retry) (?:later|in|after|soon)\b|\bloading\b|\bnot ready\b|\bbusy\b|\bupstream (?:connect|error|request)|\bno healthy upstream\b|\bbad gateway\b|\bconnection (?:refused|reset|error)\b|\btimed? ?out\b/i,
  ],
  [500, /\binternal (?:server )?error\b/i],
  [401, REFUSED_KEY],
  [401, /\bunauthori[sz]ed\b|\bunauthenticated\b|\bauthentication\b|\bnot authenticated\b/i],
  [402, NO_CREDIT],
  [402, /\bbilling\b|\bpayment required\b/i],
  [403, /\bforbidden\b|\bpermission\b|\baccess denied\b|\bnot authorized\b/i],
  [404, UNKNOWN_MODEL],
  [404, /\bunexpected endpoint\b|\bnot found\b/i],
  [
    400,
    /\bcontext (?:length|window|size)\b|\btoo long\b|\binvalid\b|\bmust be\b|\bnot (?:supported|permitted|allowed)\b|\bunsupported\b|\bunrecognized\b|\bunknown (?:field|parameter)\b|\bfield required\b|\bbad request\b/i,
  ],
];

/** Milliseconds that the body of an error asks to wait; undefined where it does not. */
export function waitIn(body: string): number | undefined {
  for (const [pattern, unit] of WAITS) {
    const [, number, named] = pattern.exec(body) ?? [];
    if (number !== undefined) return Math.ceil(Number(number) * (named === undefined ? unit : (UNITS[named] ?? unit)));
  }
  return undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

const WAITS: readonly (readonly [pattern: RegExp, defaultUnit: number])[] = [
  [/"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/, 1000],
  [/"retry_after(?:_seconds)?"\s*:\s*"?(\d+(?:\.\d+)?)/, 1000],
  [/\b(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) ?(ms|m(?=\b|in)|s)?/i, 1000],
];

function objectIn(value: UnknownObject, key: string): UnknownObject {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}
