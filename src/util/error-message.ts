import { redactKnownSecrets } from './known-secrets.ts';

/**
 * A one-paragraph message for anything thrown, with what looks like a key or token blanked out:
 * provider errors quote requests, and requests carry keys.
 */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return redactSecrets(message);
}

/** The code of an error of the system or of Node, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

const SECRETS = [
  // Authorization headers and query parameters, in any quoting.
  /\b((?:bearer|basic)\s+)[\w.~+/-]{8,}=*/gi,
  /\b((?:api[-_]?key|(?:access[-_]?)?token|x-goog-api-key|authorization|key)["']?\s*[=:]\s*["']?)[\w.~+/-]{12,}=*/gi,
  // Keys recognisable by their prefix: OpenAI and Anthropic, Google, Hugging Face, Groq, GitHub.
  /()\b(?:(?:sk|xai)-[\w-]{12,}|AIza[\w-]{20,}|hf_\w{12,}|gsk_\w{12,}|gh[pousr]_\w{12,})/g,
  // A password in an address.
  /(:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/g,
] as const;

/** Replaces what looks like a key or token, and every key that is known, by `[redacted]`. */
export function redactSecrets(text: string): string {
  return SECRETS.reduce((redacted, pattern) => redacted.replace(pattern, '$1[redacted]'), redactKnownSecrets(text));
}
