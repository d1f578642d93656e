import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readFileState } from '../files/file-facts.ts';
import { withFileLock } from '../files/file-lock.ts';
import { landFile } from '../files/land-file.ts';
import type { RecordedFile } from '../files/record.ts';
import { requireRight, type VerifiedFile, verifyFile } from '../files/verification.ts';
import { createBytesReporter, type WeightsContext } from '../weights-context.ts';
import { downloadFile } from './download-file.ts';
import { expectedOf, type HubFiles, type WantedFile } from './hub-files.ts';
import { askForTag, splitFiles } from './hub-reference.ts';
import { HubRepository, isCommit } from './hub-repository.ts';
import { askForFile, type HubRequestOptions, resolvePath } from './hub-request.ts';
import { isOffline, resolveHubEndpoint } from './hub-settings.ts';

type LockedContext = WeightsContext & { readonly abortSignal: AbortSignal };
type Connect = () => Promise<HubRequestOptions>;

/** A file whose content has a name. */
interface Content extends WantedFile {
  readonly etag: string;
}

/**
 * Downloads what the shared cache lacks, and puts it there as huggingface_hub would. Makes no request where commit and
 * contents are known and there.
 *
 * @throws Error with a sentence, InvalidArgumentError where the cache cannot be written, the signal's reason on abort,
 *   where what came is kept and resumed.
 */
export async function fetchHubFiles(context: LockedContext, request: HubFiles): Promise<readonly RecordedFile[]> {
  const repository = new HubRepository(request.repo, context.env);
  await repository.prepare();
  const onWaiting = () => context.report({ type: 'weights-waiting' });
  return withFileLock(
    { path: repository.lockPath, onWaiting, abortSignal: context.abortSignal },
    async (abortSignal) => {
      try {
        return await fetchUnderLock({ ...context, abortSignal }, request, repository);
      } finally {
        await repository.removeEmpty();
      }
    },
  );
}

async function fetchUnderLock(
  context: LockedContext,
  request: HubFiles,
  repository: HubRepository,
): Promise<readonly RecordedFile[]> {
  const connect = createConnection(context, request);
  const { commit, contents } = await askForContents(request, connect, context.abortSignal);
  const sizes = contents.map(({ bytes }) => bytes);
  const totalBytes = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const reportBytes = createBytesReporter(context, hubLabel(request));
  const files: RecordedFile[] = [];
  let doneBytes = 0;
  for (const content of contents) {
    const { etag, file } = content;
    const [blob, path] = [repository.blob(etag), repository.pointer(commit, file)];
    const isBlob = (await readFileState(blob)) !== undefined;
    const found = await verifyFile(isBlob ? blob : path, expectedOf(content, etag), context.abortSignal);
    const isDownloaded = found.type !== 'verified';
    const verified = isDownloaded
      ? await downloadContent(context, {
          content,
          address: resolvePath({ repo: request.repo, revision: commit, file }),
          partial: repository.partial(etag),
          blob,
          connect,
          onBytes: (bytes, fileBytes) => reportBytes(doneBytes + bytes, totalBytes ?? fileBytes),
        })
      : found;
    if (isDownloaded || isBlob) await repository.link(etag, path, isDownloaded);
    files.push({ path, sha256: verified.sha256, bytes: verified.bytes, isDownloaded });
    doneBytes += verified.bytes;
  }
  await repository.writeRef(request.revision, commit);
  return files;
}

/** Name of Hugging Face as a source, for progress lines and errors. */
function hubLabel({ repo }: HubFiles): string {
  return `Hugging Face (${repo})`;
}

/** Reads the settings when the first request is made: what is there needs none. */
function createConnection({ env, connectTimeoutMs, report }: WeightsContext, request: HubFiles): Connect {
  let connection: Promise<HubRequestOptions> | undefined;
  const open = async () => {
    if (isOffline(env)) throw new Error('HF_HUB_OFFLINE is set, and the cache does not have it.');
    report({ type: 'weights-source', source: hubLabel(request) });
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
  options: {
    readonly content: Content;
    readonly address: string;
    readonly partial: string;
    readonly blob: string;
    readonly connect: Connect;
    readonly onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
  },
): Promise<VerifiedFile> {
  const { content, address: path, partial, blob, connect, onBytes } = options;
  const expected = expectedOf(content, content.etag);
  const connection = await connect();
  for (const folder of [dirname(partial), join(dirname(partial), '..', 'snapshots')]) {
    await mkdir(folder, { recursive: true });
  }
  await downloadFile({ ...connection, path, partial, expected, stallTimeoutMs, onBytes, abortSignal });
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
