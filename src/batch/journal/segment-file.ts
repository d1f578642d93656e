import { JobError } from '../../error/index.ts';
import { addUsage } from '../../spec/usage.ts';
import { type ItemRow, parseRow, rowLine } from './journal-line.ts';
import { segmentFile, type SegmentName } from './segment-names.ts';
import type { SegmentStore } from './segment-store.ts';

/**
 * One row for each item, in their order: the first that is done, else the last that failed. Failed attempts before it
 * count in its usage, since they were paid.
 */
export function bestRows(rows: readonly ItemRow[]): readonly ItemRow[] {
  const best = new Map<number, ItemRow>();
  for (const row of rows) {
    const before = best.get(row.index);
    if (before === undefined) best.set(row.index, row);
    else if (before.failed) best.set(row.index, { ...row, usage: bothUsages(before, row) });
  }
  return [...best.values()].toSorted((left, right) => left.index - right.index);
}

function bothUsages({ usage: first }: ItemRow, { usage: second }: ItemRow): ItemRow['usage'] {
  return first === undefined || second === undefined ? (first ?? second) : addUsage(first, second);
}

/** The content of a finished segment. */
export function segmentText(rows: readonly ItemRow[]): string {
  return rows.map((row) => `${rowLine(row)}\n`).join('');
}

/** The rows of a finished segment. @throws JobError where the file is missing or damaged. */
export async function readSegment(store: SegmentStore, name: SegmentName): Promise<readonly ItemRow[]> {
  const file = segmentFile(name);
  const content = await store.read(file);
  const lines = content === undefined ? undefined : Buffer.from(content).toString().split('\n');
  const rows = lines?.slice(0, -1).map(parseRow);
  // There is no segment without rows: an empty file is what is left of one.
  if (lines?.at(-1) !== '' || rows?.length === 0 || !rows?.every((row) => row !== undefined)) {
    throw new JobError({
      reason: 'damaged',
      message: `The file segments/${file} of the job is ${content === undefined ? 'missing' : 'damaged'}. Remove it, and its range of the input is done again.`,
    });
  }
  return rows;
}
