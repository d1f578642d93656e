import { hash } from 'node:crypto';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ScoreContinuationsOptions } from '../../spec/in-process-model.ts';

/** Raised when the form of keys or of stored answers changes: older entries are then not found. */
const FORM = 2;

/** What identifies a call, besides its options. */
export interface CallIdentity {
  /** A result whole, or as a stream: both are kept as the provider gave them. */
  readonly kind: 'generate' | 'stream';
  readonly provider: string;
  readonly modelId: string;
  /** Where the model is served, where that is known. */
  readonly endpoint: string | undefined;
  /** Which of several answers to the same request this is. */
  readonly sample: number;
}

/**
 * Names a call by what it asks: a SHA-256 over the model, where it is served, and every option of the call. Headers,
 * and with them keys, are left out.
 */
export function callKey(identity: CallIdentity, options: LanguageModelV4CallOptions): string {
  const { abortSignal: _signal, headers: _headers, ...asked } = options;
  return hash('sha256', canonical([FORM, identity, asked]));
}

/** Names a call that gives probabilities, of a model in this process. */
export function scoringKey(
  { provider, modelId }: Pick<CallIdentity, 'provider' | 'modelId'>,
  { abortSignal: _signal, ...asked }: ScoreContinuationsOptions,
): string {
  return hash('sha256', canonical([FORM, { kind: 'score', provider, modelId }, asked]));
}

/** JSON in one form for all forms of a value: keys in order, undefined entries dropped, bytes as their hash. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Uint8Array) return `{"bytes":"${hash('sha256', value)}"}`;
  if (value instanceof URL) return `{"url":${JSON.stringify(value.href)}}`;
  if (value instanceof Date) return `{"date":${JSON.stringify(value)}}`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([first], [second]) => (first < second ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join()}}`;
}
