import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sourceLabel } from '../catalog/catalog.ts';
import { readFileState } from '../files/file-facts.ts';
import { withFileLock } from '../../util/file-lock.ts';
import { landFile } from '../files/land-file.ts';
import type { RecordedFile } from '../files/record.ts';
import { requireRight, type VerifiedFile, verifyFile } from '../files/verification.ts';
import { createBytesReporter, type LockedContext, type WeightsContext } from '../weights-context.ts';
import { downloadFile, type DownloadFileOptions } from './download-file.ts';
import { expectedOf, type HubFiles, type WantedFile } from './hub-files.ts';
import { askForTag, splitFiles } from './hub-reference.ts';
import { HubRepository, isCommit } from './hub-repository.ts';
import { askForFile, type HubRequestOptions, resolvePath } from './hub-request.ts';
import { isOffline, resolveHubEndpoint } from './hub-settings.ts';

type Connect = () => Promise<HubRequestOptions>;

/** A file whose content has a name. */
interface Content extends WantedFile {
  readonly etag: string;
}

/**
 * Downloads what the shared cache lacks, and puts it there as huggingface_hub would. Makes no request where commit and
 * contents are known and there. `onFile` receives each file that is in place, so that what is there of an interrupted
 * download is known to be ours.
 *
 * @throws Error with a sentence, InvalidArgumentError where the cache cannot be written, the signal's reason on abort,
 *   where what came is kept and resumed.
 */
export async function fetchHubFiles(
  context: LockedContext,
  request: HubFiles,
  onFile: (files: readonly RecordedFile[]) => Promise<void>,
): Promise<readonly RecordedFile[]> {
  const repository = new HubRepository(request.repo, context.env);
  await repository.prepare();
  const { lockPath: path } = repository;
  const onWaiting = () => context.report({ type: 'weights-waiting' });
  return withFileLock({ path, onWaiting, abortSignal: context.abortSignal }, async (abortSignal) => {
    try {
      return await fetchUnderLock({ ...context, abortSignal }, request, { repository, onFile });
    } finally {
      await repository.removeEmpty();
    }
  });
}

async function fetchUnderLock(
  context: LockedContext,
  request: HubFiles,
  { repository, onFile }: { repository: HubRepository; onFile: (files: readonly RecordedFile[]) => Promise<void> },
): Promise<readonly RecordedFile[]> {
  const connect = createConnection(context, request);
  const { commit, contents } = await askForContents(request, connect, context.abortSignal);
  const sizes = contents.map(({ bytes }) => bytes);
  const reportBytes = createBytesReporter(context, sourceLabel(request), sizes);
  const files: RecordedFile[] = [];
  let doneBytes = 0;
  for (const content of contents) {
    const { etag, file } = content;
    const [blob, path] = [repository.blob(etag), repository.pointer(commit, file)];
    const isBlob = (await readFileState(blob)) !== undefined;
    const found = await verifyFile(isBlob ? blob : path, expectedOf(content, etag), context.abortSignal);
    const isDownloaded = found.type !== 'verified';
    const { sha256, bytes } = isDownloaded
      ? await downloadContent(context, content, {
          ...(await connect()),
          path: resolvePath({ repo: request.repo, revision: commit, file }),
          blob,
          partial: repository.partial(etag),
          onBytes: (received, fileBytes) => reportBytes(doneBytes + received, fileBytes),
        })
      : found;
    if (isDownloaded || isBlob) await repository.link(etag, path, isDownloaded);
    files.push({ path, sha256, bytes, isDownloaded });
    doneBytes += bytes;
    await onFile(files);
  }
  await repository.writeRef(request.revision, commit);
  return files;
}

/** Reads the settings when the first request is made: what is there needs none. */
function createConnection({ env, connectTimeoutMs, report }: WeightsContext, request: HubFiles): Connect {
  let connection: Promise<HubRequestOptions> | undefined;
  const open = async () => {
    if (isOffline(env)) throw new Error('HF_HUB_OFFLINE is set, and the cache does not have it.');
    report({ type: 'weights-source', source: sourceLabel(request) });
    return { hub: await resolveHubEndpoint(env), repo: request.repo, connectTimeoutMs };
  };
  return () => (connection ??= open());
}

/** Commit and contents of the files. All are asked for before the first is fetched: one of them may not exist. */
async function askForContents(
  { repo, revision, wanted }: HubFiles,
  connect: Connect,
  abortSignal: AbortSignal,
): Promise<{ commit: string; contents: readonly Content[] }> {
  const files =
    typeof wanted === 'string'
      ? splitFiles(await askForTag(wanted, await connect(), abortSignal)).map((file): WantedFile => ({ file }))
      : wanted;
  let commit = isCommit(revision) ? revision : undefined;
  const contents: Content[] = [];
  for (const item of files) {
    const { file, sha256, bytes } = item;
    const isPinned = commit === revision && sha256 !== undefined;
    const path = resolvePath({ repo, revision: commit ?? revision, file });
    const stated = isPinned ? undefined : await askForFile(path, await connect(), abortSignal);
    commit ??= stated?.commit;
    const etag = sha256 ?? stated?.etag;
    if (etag === undefined) {
      throw new Error(`it states no hash for ${file}, so that the download could not be checked.`);
    }
    contents.push({ ...item, etag, bytes: bytes ?? stated?.bytes });
  }
  if (commit === undefined) throw new Error(`it states no commit for the revision ${revision}.`);
  return { commit, contents };
}

async function downloadContent(
  { stallTimeoutMs, abortSignal }: LockedContext,
  content: Content,
  {
    blob,
    ...options
  }: HubRequestOptions & Pick<DownloadFileOptions, 'path' | 'partial' | 'onBytes'> & { blob: string },
): Promise<VerifiedFile> {
  const { partial } = options;
  const expected = expectedOf(content, content.etag);
  // Python expects both folders beside each other.
  for (const folder of ['blobs', 'snapshots']) await mkdir(join(dirname(blob), '..', folder), { recursive: true });
  await downloadFile({ ...options, expected, stallTimeoutMs, abortSignal });
  const verified = await requireRight(partial, expected, abortSignal).catch(async (error: unknown) => {
    // Wrong bytes are of no use to anybody; an abort leaves the right ones.
    if (!abortSignal.aborted) await rm(partial, { force: true });
    throw error;
  });
  // The last moment: once it has its name, it is everybody's.
  abortSignal.throwIfAborted();
  await landFile(partial, blob);
  return verified;
}
