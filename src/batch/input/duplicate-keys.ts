import { hash } from 'node:crypto';

/** Hashes are kept by their first byte, so that they are sorted a few at a time. */
const BUCKETS = 256;
/** Hashes in one block: blocks are never copied, so that nothing is left behind as they become more. */
const BLOCK_LENGTH = 2048;
const BLOCK_BYTES = 8 * BLOCK_LENGTH;
/** Blocks that one piece of memory has room for, 256 MB. It takes what is used, and goes back to the system at once. */
const MAX_BLOCKS = 16_384;
/** By which it grows. */
const BLOCKS_AT_ONCE = 64;

/** 64 bits as two halves: numbers of 64 bits would be an object each. */
type Halves = Uint32Array<ArrayBuffer>;

/** 64-bit hashes of keys, 8 bytes each. Finds those that occur more than once. */
export class KeyHashes {
  readonly #buckets = Array.from({ length: BUCKETS }, () => ({ blocks: [] as Halves[], length: 0 }));
  #memory: ArrayBuffer | undefined;
  /** Of the piece of memory. */
  #used = MAX_BLOCKS;

  add(key: string): void {
    const digest = digestOf(key);
    const bucket = this.#buckets[digest.charCodeAt(0)];
    if (bucket === undefined) return;
    const at = 2 * (bucket.length % BLOCK_LENGTH);
    if (at === 0) bucket.blocks.push(this.#newBlock());
    const block = bucket.blocks.at(-1);
    if (block === undefined) return;
    block[at] = halfAt(digest, 0);
    block[at + 1] = halfAt(digest, 4);
    bucket.length += 1;
  }

  #newBlock(): Halves {
    if (this.#memory === undefined || this.#used === MAX_BLOCKS) {
      this.#memory = new ArrayBuffer(0, { maxByteLength: MAX_BLOCKS * BLOCK_BYTES });
      this.#used = 0;
    }
    const start = this.#used * BLOCK_BYTES;
    if (start === this.#memory.byteLength) this.#memory.resize(start + BLOCKS_AT_ONCE * BLOCK_BYTES);
    this.#used += 1;
    return new Uint32Array(this.#memory, start, 2 * BLOCK_LENGTH);
  }

  /** The hashes that two or more keys have. The keys need not be equal. */
  repeated(): ReadonlySet<bigint> {
    const found = new Set<bigint>();
    const most = Math.max(...this.#buckets.map(({ blocks }) => blocks.length));
    const all = new BigUint64Array(most * BLOCK_LENGTH);
    const halves = new Uint32Array(all.buffer);
    for (const { blocks, length } of this.#buckets) {
      for (const [index, block] of blocks.entries()) halves.set(block, 2 * index * BLOCK_LENGTH);
      all.subarray(0, length).sort();
      for (let at = 2; at < 2 * length; at += 2) {
        if (halves[at] !== halves[at - 2] || halves[at + 1] !== halves[at - 1]) continue;
        const value = all[at / 2];
        if (value !== undefined) found.add(value);
      }
    }
    return found;
  }
}

/** The hash of a key. */
export function keyHash(key: string): bigint {
  const digest = digestOf(key);
  return new BigUint64Array(Uint32Array.of(halfAt(digest, 0), halfAt(digest, 4)).buffer)[0] ?? 0n;
}

/** A character for each byte, which takes less than a buffer. */
function digestOf(key: string): string {
  return hash('sha256', key, 'binary');
}

function halfAt(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) |
      (digest.charCodeAt(at + 1) << 8) |
      (digest.charCodeAt(at + 2) << 16) |
      (digest.charCodeAt(at + 3) << 24)) >>>
    0
  );
}
