import { access, constants, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from '../../error/index.ts';
import { errorCode } from '../../util/error-message.ts';
import type { BatchInput, Fingerprint, InputPosition } from '../input/batch-input.ts';
import { scanInput } from '../input/scan-input.ts';
import { FolderStore } from '../journal/folder-store.ts';
import { INPUT_CHECK_FILE, isJobFile, POSITIONS_FILE, segmentFolder } from '../journal/job-files.ts';
import { checkUnchanged, type JsonValue, type Manifest, readManifest, writeManifest } from './manifest.ts';
import { type ItemRange, type Shard, shardRange } from './shard.ts';

/** One segment of the input, as a worker takes it. JSON keeps it. */
export interface InputRange extends ItemRange {
  readonly segmentSize: number;
  /** Where reading can begin; undefined where it has to begin at the start of the input. */
  readonly position?: InputPosition | undefined;
  /** Identifies the whole input. A worker checks what shows without reading all of it. */
  readonly input: Fingerprint;
}

/** What {@link openJob} needs to know of a job. */
export interface JobSettings<RECORD> {
  readonly job: string;
  readonly input: BatchInput<RECORD>;
  readonly configuration?: Readonly<Record<string, JsonValue>> | undefined;
  readonly version?: string | undefined;
  readonly segmentSize: number;
  readonly shard?: Shard | undefined;
  readonly range?: InputRange | undefined;
}

/** What is known of a job once it is open. */
export interface OpenedJob {
  readonly manifest: Manifest;
  /** Where the segments of the job begin in the input, in their order. */
  readonly positions: readonly InputPosition[] | undefined;
}

/** Makes the folder of a job. @throws InvalidArgumentError where something else is in its place, or in it. */
export async function openFolder(job: string): Promise<void> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'job', value: job, message });
  const others = await readdir(job).then(
    (names) => names.filter((name) => !isJobFile(name)),
    () => [],
  );
  if (others.length > 0) {
    throw refuse(`it has other files, such as ${others[0]}. Name a folder for this job alone.`);
  }
  try {
    await mkdir(segmentFolder(job), { recursive: true });
    await access(job, constants.W_OK);
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw refuse('a file is in its place. Name a folder.');
    throw error;
  }
}

/** The manifest of a job, made where it is new. Its lock has to be held. */
export async function openJob<RECORD>(settings: JobSettings<RECORD>, abortSignal: AbortSignal): Promise<OpenedJob> {
  const { job, input, configuration = {}, version = '', segmentSize, shard, range } = settings;
  const files = new FolderStore(job);
  await files.clean();
  const fingerprint = range?.input ?? (await input.fingerprint(join(job, INPUT_CHECK_FILE)));
  const pinned = { version, configuration, input: fingerprint, shard: shard ?? null };
  const known = await readManifest(files);
  if (known !== undefined) {
    checkUnchanged(job, known, pinned);
    return { manifest: known, positions: await readPositions(files) };
  }
  // Of a run that was killed before it had a manifest.
  await files.remove(POSITIONS_FILE);
  const { start, end, positions } = range === undefined ? await findRange(settings, abortSignal) : onlyRange(range);
  if (positions !== undefined) await files.commit(POSITIONS_FILE, Buffer.from(JSON.stringify(positions)));
  return { manifest: await writeManifest(files, { ...pinned, start, records: end - start, segmentSize }), positions };
}

async function readPositions(files: FolderStore): Promise<OpenedJob['positions']> {
  const content = await files.read(POSITIONS_FILE);
  return content === undefined ? undefined : (JSON.parse(Buffer.from(content).toString()) as InputPosition[]);
}

type FoundRange = ItemRange & Pick<OpenedJob, 'positions'>;

async function findRange<RECORD>(
  { input, segmentSize, shard = { index: 0, count: 1 } }: JobSettings<RECORD>,
  abortSignal: AbortSignal,
): Promise<FoundRange> {
  const { records, positions } = await scanInput(input, { segmentSize, abortSignal });
  const { start, end } = shardRange(records, shard);
  const own = positions?.slice(Math.floor(start / segmentSize), Math.ceil(end / segmentSize));
  return { start, end, positions: own };
}

function onlyRange({ start, end, position }: InputRange): FoundRange {
  return { start, end, positions: position === undefined ? undefined : [position] };
}
