import { BlenderError, type ModelCallErrorKind } from '../error/index.ts';
import { callErrorKind } from './to-call-error.ts';

/** Codes of a connection that broke, or could not be made for a moment. */
const NETWORK_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

const KINDS_THAT_PASS: ReadonlySet<ModelCallErrorKind> = new Set(['unavailable', 'unreachable', 'interrupted']);

/** True for a failure that may pass: what the provider's package or this one marks so, and broken connections. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (BlenderError.isInstance(error)) return false;
  if ('isRetryable' in error) return error.isRetryable === true;
  return isNetworkError(error) || KINDS_THAT_PASS.has(callErrorKind(error));
}

function isNetworkError(error: object): boolean {
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true;
  // Fetch of Node says so in the cause of a TypeError.
  return 'cause' in error && typeof error.cause === 'object' && error.cause !== null && isNetworkError(error.cause);
}
