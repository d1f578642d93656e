import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyLimits } from './key-limits.ts';

/** What keys begin with, so that they are recognised where they should not be. */
const PREFIX = 'sk-blend-';

/** Bytes of chance in a key. */
const KEY_BYTES = 32;

/** A key as it is kept: enough to recognise it, and not to use it. */
export interface StoredKey {
  /** Names it in lists and logs. */
  readonly id: string;
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly limits: KeyLimits;
}

/** Makes a key. It is not kept, and so cannot be shown again. */
export function makeKey(name: string, limits: KeyLimits): { readonly key: string; readonly stored: StoredKey } {
  const key = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
  const id = randomBytes(4).toString('hex');
  return { key, stored: { id, name, sha256: hash('sha256', key), createdAt: new Date().toISOString(), limits } };
}

/** The key that was given, if it is one of these. Takes the same time whichever it is, and whether it is one. */
export function findKey(keys: readonly StoredKey[], given: string): StoredKey | undefined {
  const digest = hash('sha256', given, 'buffer');
  let found: StoredKey | undefined;
  for (const stored of keys) if (timingSafeEqual(Buffer.from(stored.sha256, 'hex'), digest)) found = stored;
  return found;
}
