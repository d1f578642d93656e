import type { ItemRange } from '../job/shard.ts';

/** The segments that a range of items has a part in. They are cut at multiples of their size in the whole input. */
export function* segmentNumbers({ start, end }: ItemRange, segmentSize: number): Generator<number, void> {
  if (start === end) return;
  for (let number = Math.floor(start / segmentSize); number * segmentSize < end; number += 1) yield number;
}

/** The items of a segment that are in a range. */
export function segmentRange(number: number, { start, end }: ItemRange, segmentSize: number): ItemRange {
  return { start: Math.max(start, number * segmentSize), end: Math.min(end, (number + 1) * segmentSize) };
}
