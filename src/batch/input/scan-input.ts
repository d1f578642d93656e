import { InvalidArgumentError } from '../../error/index.ts';
import { itemKey } from '../keys.ts';
import type { BatchInput, InputPosition } from './batch-input.ts';
import { keyHash, KeyHashes } from './duplicate-keys.ts';

/** What a first reading finds out, before any work is done. */
export interface InputScan {
  readonly records: number;
  /** Where each segment begins; undefined where reading has to begin at the start. */
  readonly positions: readonly InputPosition[] | undefined;
}

/** Duplicates that are named. */
const MAX_NAMED = 5;

/**
 * Reads the whole input once: counts it, notes where segments begin, and looks for two items with one key.
 *
 * @throws InvalidArgumentError that names the duplicates, and where there is nothing to read.
 */
export async function scanInput(
  input: BatchInput<unknown>,
  { segmentSize, abortSignal }: { segmentSize: number; abortSignal: AbortSignal },
): Promise<InputScan> {
  const hashes = new KeyHashes();
  const positions: InputPosition[] = [];
  let records = 0;
  for await (const item of input.read()) {
    abortSignal.throwIfAborted();
    if ('record' in item) hashes.add(itemKey(item));
    if (item.index % segmentSize === 0 && item.position !== undefined) positions.push(item.position);
    records += 1;
  }
  if (records === 0) {
    throw new InvalidArgumentError({ parameter: 'input', value: input, message: 'there is nothing to read in it.' });
  }
  const repeated = hashes.repeated();
  if (repeated.size > 0) await refuseDuplicates(input, repeated, abortSignal);
  const segments = Math.ceil(records / segmentSize);
  return { records, positions: positions.length === segments ? positions : undefined };
}

/** Reads once more, since different keys may have one hash. */
async function refuseDuplicates(
  input: BatchInput<unknown>,
  repeated: ReadonlySet<bigint>,
  abortSignal: AbortSignal,
): Promise<void> {
  const places = new Map<string, string>();
  const found: string[] = [];
  let count = 0;
  let hasIds = true;
  for await (const item of input.read()) {
    abortSignal.throwIfAborted();
    if (!('record' in item)) continue;
    const key = itemKey(item);
    if (!repeated.has(keyHash(key))) continue;
    const first = places.get(key);
    if (first === undefined) {
      places.set(key, item.place);
      continue;
    }
    count += 1;
    hasIds &&= item.id !== undefined;
    const what = item.id === undefined ? 'the same content' : `the id ${JSON.stringify(item.id)}`;
    if (found.length < MAX_NAMED) found.push(`${item.place} has ${what} as ${first}`);
  }
  if (count === 0) return;
  const more = count > found.length ? `; and ${count - found.length} more` : '';
  throw new InvalidArgumentError({
    parameter: 'input',
    value: input,
    message: `records must differ, so that each has one result. ${found.join('; ')}${more}. ${hasIds ? 'Give each an id of its own.' : 'Leave the repeated ones out, or give each an id.'}`,
  });
}
