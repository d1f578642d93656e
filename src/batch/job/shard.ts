import { InvalidArgumentError } from '../../error/index.ts';

/** One of several equal parts of an input, each a job of its own. */
export interface Shard {
  /** Which one, from 0. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/** Items of an input, in their order. */
export interface ItemRange {
  /** Index of the first. */
  readonly start: number;
  /** Index behind the last. */
  readonly end: number;
}

/** @throws InvalidArgumentError for an index that is none of the shards. */
export function checkShard({ index, count }: Shard): void {
  if (Number.isSafeInteger(count) && count >= 1 && Number.isSafeInteger(index) && index >= 0 && index < count) return;
  throw new InvalidArgumentError({
    parameter: 'shard',
    value: { index, count },
    message: 'count must be an integer of at least 1, and index an integer from 0 to count - 1.',
  });
}

/** The items of a shard: sizes differ by one at most, and all shards together are the whole input. */
export function shardRange(total: number, { index, count }: Shard): ItemRange {
  return { start: Math.floor((index * total) / count), end: Math.floor(((index + 1) * total) / count) };
}

/** `3/16` */
export function shardName({ index, count }: Shard): string {
  return `${index}/${count}`;
}
