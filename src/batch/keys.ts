import { hash } from 'node:crypto';

/** What keys are made of: they fit the ids of all providers of batch APIs. */
const KEY = /^[A-Za-z0-9_-]{1,64}$/;

/** Characters of a hash in a key: 192 bits. */
const HASH_LENGTH = 32;

/**
 * The key of an item: its id where that is one already, else a hash of the id; of an item without an id a hash of its
 * content. The same item has the same key in every run.
 */
export function itemKey(item: { readonly id: string | number | undefined; readonly record: unknown }): string {
  const { id, record } = item;
  if (id === undefined) return `content-${hashOf(JSON.stringify(record))}`;
  const text = String(id);
  return KEY.test(text) ? text : `id-${hashOf(text)}`;
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, HASH_LENGTH);
}
