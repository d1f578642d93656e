import { expect, test } from 'vitest';
import { redactSecrets } from './error-message.ts';
import { holdsKnownSecret, redactKnownSecrets, rememberSecret } from './known-secrets.ts';

test('a key that is known is blanked out as it is and as in an address, also one that looks like none', () => {
  rememberSecret('plain words/key');
  expect(redactKnownSecrets('<plain words/key>')).toBe('<[redacted]>');
  expect(redactKnownSecrets('?k=plain%20words%2Fkey')).toBe('?k=[redacted]');
  expect(redactSecrets('plain words/key, sk-abcdefghijklmnop')).toBe('[redacted], [redacted]');
});

test('what is too short for a key stays', () => {
  rememberSecret('none');
  expect(redactKnownSecrets('none of it')).toBe('none of it');
});

test('a key is found wherever it is in a value', () => {
  rememberSecret('deep-secret-key');
  const error = new Error('no', { cause: { list: [{ body: `${'x'.repeat(20_000)}deep-secret-key` }] } });
  expect(holdsKnownSecret(error)).toBe(true);
  expect(holdsKnownSecret(new Error('no'))).toBe(false);
});
