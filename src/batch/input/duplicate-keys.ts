import { hash } from 'node:crypto';

/** Hashes are kept by their first byte, so that they are sorted a few at a time. */
const BUCKETS = 256;
/** Hashes in one block: blocks are never copied, so that nothing is left behind as they become more. */
const BLOCK_LENGTH = 2048;
/**
 * Blocks in one piece of memory, 64 MB: what is not written is not taken, and a piece that is larger than 32 MB goes
 * back to the system once it is not needed any more.
 */
const BLOCKS_AT_ONCE = 4096;

/** 64-bit hashes of keys, 8 bytes each. Finds those that occur more than once. */
export class KeyHashes {
  readonly #buckets = Array.from({ length: BUCKETS }, () => ({ blocks: [] as BigUint64Array[], length: 0 }));
  readonly #free: BigUint64Array[] = [];

  add(key: string): void {
    const digest = digestOf(key);
    const bucket = this.#buckets[digest[0] ?? 0];
    if (bucket === undefined) return;
    const at = bucket.length % BLOCK_LENGTH;
    if (at === 0) bucket.blocks.push(this.#newBlock());
    const block = bucket.blocks.at(-1);
    if (block !== undefined) block[at] = digest.readBigUInt64LE();
    bucket.length += 1;
  }

  #newBlock(): BigUint64Array {
    if (this.#free.length === 0) {
      const bytes = BLOCK_LENGTH * BigUint64Array.BYTES_PER_ELEMENT;
      const memory = new ArrayBuffer(BLOCKS_AT_ONCE * bytes);
      for (let number = 0; number < BLOCKS_AT_ONCE; number += 1) {
        this.#free.push(new BigUint64Array(memory, number * bytes, BLOCK_LENGTH));
      }
    }
    return this.#free.pop() ?? new BigUint64Array(BLOCK_LENGTH);
  }

  /** The hashes that two or more keys have. The keys need not be equal. */
  repeated(): ReadonlySet<bigint> {
    const found = new Set<bigint>();
    for (const { blocks, length } of this.#buckets) {
      const all = new BigUint64Array(blocks.length * BLOCK_LENGTH);
      for (const [index, block] of blocks.entries()) all.set(block, index * BLOCK_LENGTH);
      const sorted = all.subarray(0, length).toSorted();
      for (let index = 1; index < length; index += 1) {
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
