import { expect, test } from 'vitest';
import { keyHash, KeyHashes } from './duplicate-keys.ts';

test('what occurs twice is found among many', () => {
  const hashes = new KeyHashes();
  const count = 600_000;
  for (let n = 0; n < count; n += 1) hashes.add(`key-${n}`);
  expect(hashes.repeated()).toEqual(new Set());
  const twice = [0, 1, 77_777, count - 1].map((n) => `key-${n}`);
  for (const key of [...twice, ...twice]) hashes.add(key);
  expect(hashes.repeated()).toEqual(new Set(twice.map(keyHash)));
});
