import { checkNumber, COUNT } from '../util/check-number.ts';
import { definedOnly } from '../util/defined-only.ts';

/** What one request, and all together, may take. */
export interface ServerLimits {
  /** Requests that are answered at the same time; more get 429. @default 32 */
  readonly concurrency: number;
  /** Bytes of the body of a request, with its images. @default 20 000 000 */
  readonly bodyBytes: number;
  /** Messages of a conversation. @default 1000 */
  readonly messages: number;
  /** Documents to rerank. @default 1000 */
  readonly documents: number;
  /** The most choices (`n`) of an answer; each is a blend of its own. @default 4 */
  readonly choices: number;
  /** The most tokens that a request may ask for. @default 32 768 */
  readonly outputTokens: number;
  /** Members of a session. @default 24 */
  readonly members: number;
  /** How often a session asks a member that its client names. @default 8 */
  readonly samples: number;
  /** Sessions that a key may have open. @default 8 */
  readonly sessions: number;
  /** Bytes of the parts of a session; with more it is closed. @default 64 000 000 */
  readonly sessionBytes: number;
}

const DEFAULTS: ServerLimits = {
  concurrency: 32,
  bodyBytes: 20e6,
  messages: 1000,
  documents: 1000,
  choices: 4,
  outputTokens: 32_768,
  members: 24,
  samples: 8,
  sessions: 8,
  sessionBytes: 64e6,
};

/** Limits that are set; the others have their defaults. */
export type ServerLimitOptions = { readonly [NAME in keyof ServerLimits]?: number | undefined };

/** The limits with their defaults. @throws InvalidArgumentError */
export function completeLimits(given: ServerLimitOptions): ServerLimits {
  for (const [name, value] of Object.entries(given)) checkNumber(`limits.${name}`, value, COUNT);
  return { ...DEFAULTS, ...definedOnly(given) };
}
