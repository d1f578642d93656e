import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidArgumentError, JobError } from '../../../error/index.ts';
import { recordFiles } from '../../input/record-files.ts';
import { differences, type Manifest, type PinnedSettings, readManifest } from '../../job/manifest.ts';
import type { Environment } from '../../../util/environment.ts';
import { FolderStore } from '../../journal/folder-store.ts';
import { segmentFolder, workFolder } from '../../journal/job-files.ts';
import type { StoragePatience } from '../retrying-store.ts';
import { KeptParts } from '../shared/kept-parts.ts';
import type { JobStorage } from './job-storage.ts';

/** Beside the folders of ranges, which are named by numbers. */
const SPENDING = 'spending';
const BRIEF: StoragePatience = { maxMs: 5000, onRetry: () => {} };

/** The storage that a folder on a disk that all machines see is. */
export function folderStorage(folder: string): JobStorage {
  return {
    url: pathToFileURL(folder).href,
    files: new FolderStore(folder),
    segments: new FolderStore(segmentFolder(folder)),
    workFolder: workFolder(folder),
    logs: undefined,
    spending: new KeptParts(join(workFolder(folder), SPENDING)),
    publish: async (paths) => paths,
    input: recordFiles,
  };
}

/**
 * Opens the storage of a job.
 *
 * @param url `file://` for a folder, `s3://bucket/prefix` for object storage.
 * @param options.env Where its keys are.
 * @param options.patience How long object storage is waited for. Default: a few seconds.
 * @throws InvalidArgumentError for another address.
 */
export async function openStorage(
  url: string,
  { env, patience = BRIEF }: { readonly env: Environment; readonly patience?: StoragePatience | undefined },
): Promise<JobStorage> {
  if (url.startsWith('file:')) return folderStorage(fileURLToPath(url));
  if (url.startsWith('s3:')) {
    // Loaded only where it is needed.
    const { openS3Storage } = await import('./s3-storage.ts');
    return openS3Storage(url, { env, patience });
  }
  throw new InvalidArgumentError({
    parameter: 'storage',
    value: url,
    message: 'expected a folder as file:///path, or s3://bucket/prefix.',
  });
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
