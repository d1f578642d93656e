import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidArgumentError, JobError } from '../../../error/index.ts';
import { recordFiles, type RecordFilesOptions } from '../../input/record-files.ts';
import type { BatchInput } from '../../input/batch-input.ts';
import type { DataRecord } from '../../../records/index.ts';
import { differences, type Manifest, type PinnedSettings, readManifest } from '../../job/manifest.ts';
import type { Environment } from '../../../util/environment.ts';
import { FolderStore } from '../../journal/folder-store.ts';
import { segmentFolder, workFolder } from '../../journal/job-files.ts';
import type { SegmentStore } from '../../journal/segment-store.ts';

/** Where all machines find a job. */
export interface JobStorage {
  /** Names it for all machines. */
  readonly url: string;
  /** The manifest. */
  readonly files: SegmentStore;
  /** Finished segments. */
  readonly segments: SegmentStore;
  /** Where a worker keeps what it has in work. */
  readonly workFolder: string;
  /** Puts the manifest and the files that a job reads where all machines find them. @returns the names of the files. */
  publish(paths: readonly string[], manifest: Manifest): Promise<readonly string[]>;
  /** The records of files that were published, or that lie on this machine. */
  input(options: RecordFilesOptions): BatchInput<DataRecord>;
}

/** The storage that a folder on a disk that all machines see is. */
export function folderStorage(folder: string): JobStorage {
  return {
    url: pathToFileURL(folder).href,
    files: new FolderStore(folder),
    segments: new FolderStore(segmentFolder(folder)),
    workFolder: workFolder(folder),
    publish: async (paths) => paths,
    input: recordFiles,
  };
}

/**
 * Opens the storage of a job.
 *
 * @param url `file://` for a folder.
 * @param options.env Where its keys are.
 * @throws InvalidArgumentError for another address.
 */
export async function openStorage(url: string, _options: { readonly env: Environment }): Promise<JobStorage> {
  if (url.startsWith('file:')) return folderStorage(fileURLToPath(url));
  throw new InvalidArgumentError({
    parameter: 'storage',
    value: url,
    message: 'expected a folder as file:///path, or s3://bucket/prefix.',
  });
}

/** The folder for what a worker has in work of a job, on a disk of this machine. */
export function ownWorkFolder(name: string): string {
  return join(tmpdir(), 'llm-blender-work', name);
}

/** The manifest of a job in its storage. @throws JobError where there is none. */
export async function readStoredManifest({ files, url }: JobStorage): Promise<Manifest> {
  const manifest = await readManifest(files);
  if (manifest !== undefined) return manifest;
  throw new JobError({
    reason: 'storage',
    message: `There is no job in ${url}. A folder has to be on a disk that all machines see under the same path.`,
  });
}

/** @throws JobError that names what a worker would do in another way than the job began with. */
export function checkSame(manifest: Manifest, own: Pick<PinnedSettings, 'version' | 'configuration'>): void {
  const changes = differences(manifest, { ...manifest, ...own });
  if (changes.length === 0) return;
  throw new JobError({
    reason: 'version',
    message: `it was begun with something else than this worker has: ${changes.join('; ')}. Give the worker the same version, configuration and files.`,
  });
}
