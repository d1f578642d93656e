import { rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { type FailedSource, MissingDependencyError, WeightsUnavailableError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { checkHubDownload } from './check-hub-download.ts';
import { folderBytes } from './folder-bytes.ts';
import { runHubChild } from './hub-download.ts';
import { type HubEndpoint, resolveHubEndpoint } from './hub-endpoint.ts';
import { type HubRecord, writeHubRecord } from './hub-record.ts';
import type { HubReference } from './hub-reference.ts';
import { landFile } from './land-file.ts';
import { partialPath } from './partial-file.ts';
import { probeHub } from './probe-hub.ts';
import { createBytesReporter } from './report-bytes.ts';
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
    const { connectTimeoutMs } = context;
    await probeHub({ hub, reference, connectTimeoutMs, abortSignal });
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
    const record = await checkHubDownload(staging, reference.uri, fetched, abortSignal);
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
