import { inspect } from 'node:util';

/** Shorter ones are no secrets, and redacting them would hide ordinary text. */
const MIN_SECRET_LENGTH = 8;

const secrets = new Set<string>();

/** Redacts a key from now on: not every key can be recognised by its form. */
export function rememberSecret(secret: string): void {
  if (secret.length < MIN_SECRET_LENGTH) return;
  secrets.add(secret);
  secrets.add(encodeURIComponent(secret));
  secrets.add(JSON.stringify(secret).slice(1, -1));
}

/** Replaces every key that is known by `[redacted]`. */
export function redactKnownSecrets(text: string): string {
  let redacted = text;
  for (const secret of secrets) redacted = redacted.replaceAll(secret, '[redacted]');
  return redacted;
}

/** True where a known key is anywhere in a value: in a field, a cause, a message. */
export function holdsKnownSecret(value: unknown): boolean {
  const shown = inspect(value, { depth: Infinity, maxArrayLength: null, maxStringLength: null, showHidden: true });
  return redactKnownSecrets(shown) !== shown;
}
