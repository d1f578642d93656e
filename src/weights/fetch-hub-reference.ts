import { readdir, rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { type FailedSource, MissingDependencyError, WeightsUnavailableError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { fileSha256 } from './file-sha256.ts';
import { readFileState } from './file-state.ts';
import { folderBytes } from './folder-bytes.ts';
import { hasGgufMagic } from './gguf-magic.ts';
import { type HubDownload, runHubChild } from './hub-download.ts';
import { type HubEndpoint, resolveHubEndpoint } from './hub-endpoint.ts';
import { hubStatusReason, unreachableReason } from './hub-reason.ts';
import { type HubRecord, writeHubRecord } from './hub-record.ts';
import { type HubReference, probeRequest } from './hub-reference.ts';
import { flushFile, landFile } from './land-file.ts';
import { partialPath } from './partial-file.ts';
import { createBytesReporter } from './report-bytes.ts';
import { createWatchdog } from './watchdog.ts';
import type { WeightsContext } from './weights-context.ts';

/** What fetching an `hf:` reference needs. */
interface FetchHubOptions {
  readonly context: WeightsContext;
  readonly reference: HubReference;
  /** The final folder. */
  readonly folder: string;
  readonly tried: readonly FailedSource[];
  readonly abortSignal: AbortSignal;
}

/**
 * Has node-llama-cpp resolve and fetch the reference, checks what came, and puts the folder in its place. Only for the
 * holder of the lock on `folder`.
 *
 * @throws MissingDependencyError, WeightsUnavailableError, the signal's reason on abort.
 */
export async function fetchHubReference(options: FetchHubOptions): Promise<HubRecord> {
  const { context, reference, abortSignal, folder } = options;
  requireResolver(context.hfResolver);
  const source = `Hugging Face (${reference.repo})`;
  context.tell({ type: 'weights-source', source });
  let redact = (text: string) => text;
  try {
    const hub = resolveHubEndpoint(context.env);
    ({ redact } = hub);
    await probe(hub, options);
    const staging = partialPath(folder);
    const isResumed = (await folderBytes(staging)) > 0;
    return await download(hub, source, options).catch(async (error: unknown) => {
      // What an earlier run left may be what was wrong: the resolver notes a piece as done before it is written.
      if (!isResumed || (await folderBytes(staging)) > 0) throw error;
      return download(hub, source, options);
    });
  } catch (error) {
    abortSignal.throwIfAborted();
    const reason = redact(errorMessage(error));
    context.tell({ type: 'weights-source-failed', source, reason });
    const tried = [...options.tried, { source, reason }];
    throw new WeightsUnavailableError({ reference: context.reference, tried, wayOut: WAY_OUT });
  }
}

const WAY_OUT = [
  'What helps:',
  '  - download the file in another way, and use it as local/PATH.gguf',
  '  - or set HF_ENDPOINT to a mirror of Hugging Face, or HTTPS_PROXY (with NODE_USE_ENV_PROXY=1) to a proxy',
  '  - or run "llm-blender models fetch" with this reference where there is a network, and copy the cache folder',
].join('\n');

function requireResolver(resolver: string): void {
  try {
    if (findPackageJSON(resolver, import.meta.url) !== undefined) return;
  } catch {
    // Not found, which is what is said below.
  }
  throw new MissingDependencyError({
    dependency: resolver,
    feature: 'Fetching a model by its Hugging Face name',
    command: `npm install ${resolver}`,
  });
}

/** Asks once, quickly: the resolver would try for minutes where nobody answers, and says little of why. */
async function probe(hub: HubEndpoint, { context, reference, abortSignal }: FetchHubOptions): Promise<void> {
  const { connectTimeoutMs } = context;
  using watchdog = createWatchdog(abortSignal);
  const { url, init } = probeRequest(hub, reference);
  watchdog.expect(
    connectTimeoutMs,
    () => new Error(`${url.host} cannot be reached: no answer within ${connectTimeoutMs} ms.`),
  );
  const headers = new Headers(init.headers);
  if (hub.token !== undefined) headers.set('authorization', `Bearer ${hub.token}`);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, redirect: 'manual', signal: watchdog.signal });
  } catch (error) {
    watchdog.signal.throwIfAborted();
    throw new Error(unreachableReason(error), { cause: error });
  }
  await response.body?.cancel();
  // A redirect is the usual answer for a large file.
  if (response.status >= 400) throw new Error(hubStatusReason({ response, hub, repo: reference.repo }));
}

async function download(hub: HubEndpoint, source: string, options: FetchHubOptions): Promise<HubRecord> {
  const { context, reference, folder, abortSignal } = options;
  const staging = partialPath(folder);
  const fetched = await runHubChild({
    task: { resolver: context.hfResolver, uri: reference.uri, folder: staging, endpoint: hub.url, token: hub.token },
    env: context.env,
    connectTimeoutMs: context.connectTimeoutMs,
    stallTimeoutMs: context.stallTimeoutMs,
    onBytes: createBytesReporter(context, source),
    abortSignal,
  });
  try {
    const record = await checkDownload(staging, reference.uri, fetched, abortSignal);
    await writeHubRecord(staging, record);
    abortSignal.throwIfAborted();
    await rm(folder, { recursive: true, force: true });
    await landFile(staging, folder);
    return record;
  } catch (error) {
    // Wrong bytes are of no use to anybody; an abort leaves the right ones.
    if (!abortSignal.aborted) await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

async function checkDownload(
  staging: string,
  uri: string,
  fetched: HubDownload,
  abortSignal: AbortSignal,
): Promise<HubRecord> {
  // Files of an earlier attempt that now has another outcome.
  const strangers = (await readdir(staging)).filter((name) => !fetched.files.some((file) => file.name === name));
  await Promise.all(strangers.map((name) => rm(join(staging, name), { recursive: true, force: true })));
  const files: HubRecord['files'] = [];
  for (const [index, { name, bytes }] of fetched.files.entries()) {
    const path = join(staging, name);
    const state = await readFileState(path);
    if (state === undefined || state.bytes !== bytes)
      throw new Error(`${name} has ${state?.bytes ?? 0} bytes where ${bytes} are expected.`);
    const sha256 = await fileSha256(path, abortSignal);
    // One statement for each file, or none that could be told to belong to it: pieces that were joined into one.
    const stated = fetched.linked.length === fetched.files.length ? fetched.linked[index]?.sha256 : undefined;
    if (stated !== undefined && stated !== sha256)
      throw new Error(`the sha256 of ${name} is ${sha256} where ${stated} is expected.`);
    await flushFile(path);
    files.push({ name, sha256, ...state });
  }
  if (!(await hasGgufMagic(join(staging, fetched.entrypoint))))
    throw new Error(`${fetched.entrypoint} is no GGUF file.`);
  return { uri, entrypoint: fetched.entrypoint, files };
}
