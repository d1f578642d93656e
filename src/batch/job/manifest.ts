import { InvalidArgumentError, JobError } from '../../error/index.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { Fingerprint } from '../input/batch-input.ts';
import { MANIFEST_FILE } from '../journal/job-files.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import { type ItemRange, type Shard, shardName } from './shard.ts';

/** Raised when the files of a job change their form. */
const FORMAT = 2;

/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What has to stay the same as long as a job goes on, since its results depend on it. */
export interface PinnedSettings {
  /** Version of the code. */
  readonly version: string;
  /** By names for messages. */
  readonly configuration: Readonly<Record<string, JsonValue>>;
  readonly input: Fingerprint;
  /** Which part of the input the job is for; null for all of it. */
  readonly shard: Shard | null;
}

/** What is known of a job from its beginning on. */
export interface Manifest extends PinnedSettings {
  readonly format: number;
  /** Index of the first item in the input. */
  readonly start: number;
  /** Items of the job. */
  readonly records: number;
  /** Items of the input in a segment. */
  readonly segmentSize: number;
}

/** The items of a job. */
export function rangeOf({ start, records }: Pick<Manifest, 'start' | 'records'>): ItemRange {
  return { start, end: start + records };
}

/** The manifest of a job; undefined where it has not begun. @throws JobError where it cannot be read. */
export async function readManifest(store: SegmentStore): Promise<Manifest | undefined> {
  const content = await store.read(MANIFEST_FILE);
  if (content === undefined) return undefined;
  const manifest = parseJson(Buffer.from(content).toString()) as Manifest | undefined;
  if (manifest?.format === FORMAT) return manifest;
  throw new JobError({
    reason: 'damaged',
    message: `The ${MANIFEST_FILE} of the job is ${manifest === undefined ? 'damaged' : 'of another version of this package'}. Begin again in another folder.`,
  });
}

/** Writes the manifest of a new job. */
export async function writeManifest(store: SegmentStore, manifest: Omit<Manifest, 'format'>): Promise<Manifest> {
  const whole = { format: FORMAT, ...manifest };
  await store.commit(MANIFEST_FILE, Buffer.from(`${JSON.stringify(whole, null, 2)}\n`));
  return whole;
}

/** @throws InvalidArgumentError that names what is not as it was when the job began. */
export function checkUnchanged(job: string, manifest: Manifest, now: PinnedSettings): void {
  const changes = [
    ...differences(manifest, now),
    ...changesOf({ shard: nameOf(manifest.shard) }, { shard: nameOf(now.shard) }),
  ];
  if (changes.length === 0) return;
  throw new InvalidArgumentError({
    parameter: 'job',
    value: job,
    message: `it was begun with something else: ${changes.join('; ')}. Resume it as it was begun, or begin another job in another folder.`,
  });
}

/** What differs between two jobs, besides their shards. */
export function differences(before: PinnedSettings, now: PinnedSettings): readonly string[] {
  return [
    ...changesOf({ version: before.version }, { version: now.version }),
    ...changesOf(before.configuration, now.configuration),
    ...inputChanges(before.input, now.input),
  ];
}

function nameOf(shard: Shard | null): string | undefined {
  return shard === null ? undefined : shardName(shard);
}

function changesOf(before: object, now: object): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [old, current] = [before, now].map((side) => shown(Reflect.get(side, name)));
    return old === current ? [] : [`${name} was ${old} and is ${current}`];
  });
}

/** The first figure that differs says most; hashes say nothing to a person. */
function inputChanges(before: Fingerprint, now: Fingerprint): readonly string[] {
  const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
  const figure = changed.find((name) => typeof before[name] === 'number' && typeof now[name] === 'number');
  if (figure !== undefined) return [`the input had ${before[figure]} ${figure} and has ${now[figure]}`];
  return changed.length === 0 ? [] : ['the content of the input has changed'];
}

function shown(value: unknown): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}
