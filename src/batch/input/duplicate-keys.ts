import { hash } from 'node:crypto';

/** Hashes are kept in as many lists, by their first byte, so that each can grow alone. */
const BUCKETS = 256;
const FIRST_LENGTH = 64;
const GROWTH = 1.5;

/** 64-bit hashes of keys, 8 to 12 bytes each. Finds those that occur more than once. */
export class KeyHashes {
  readonly #buckets = Array.from({ length: BUCKETS }, () => new BigUint64Array(FIRST_LENGTH));
  readonly #lengths = new Uint32Array(BUCKETS);

  add(key: string): void {
    const digest = digestOf(key);
    const at = digest[0] ?? 0;
    let bucket = this.#buckets[at] ?? new BigUint64Array(0);
    const length = this.#lengths[at] ?? 0;
    if (length === bucket.length) {
      const grown = new BigUint64Array(Math.ceil(bucket.length * GROWTH));
      grown.set(bucket);
      this.#buckets[at] = bucket = grown;
    }
    bucket[length] = digest.readBigUInt64LE();
    this.#lengths[at] = length + 1;
  }

  /** The hashes that two or more keys have. The keys need not be equal. */
  repeated(): ReadonlySet<bigint> {
    const found = new Set<bigint>();
    for (const [at, bucket] of this.#buckets.entries()) {
      const sorted = bucket.subarray(0, this.#lengths[at]).toSorted();
      for (let index = 1; index < sorted.length; index += 1) {
        const value = sorted[index];
        if (value !== undefined && value === sorted[index - 1]) found.add(value);
      }
    }
    return found;
  }
}

/** The hash of a key. */
export function keyHash(key: string): bigint {
  return digestOf(key).readBigUInt64LE();
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
