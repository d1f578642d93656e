// The program of a child process: runs node-llama-cpp's own resolver, which can neither be aborted while it looks
// something up, nor given a limit on its many retries. In a process of its own it can simply be killed.
import { errorMessage } from '../util/error-message.ts';
import { guardFetch } from './guard-fetch.ts';
import type { HubChildMessage, HubChildTask } from './hub-child-protocol.ts';

/** The part of node-llama-cpp that is used. */
type Resolver = Pick<typeof import('node-llama-cpp'), 'createModelDownloader'>;

// A parent that was killed must not leave a download behind.
process.once('disconnect', () => process.exit(1));
process.once('message', (task: HubChildTask) => {
  run(task)
    .catch((error: unknown): HubChildMessage => ({ type: 'failed', reason: errorMessage(error) }))
    .then((last) => process.send?.(last, () => process.exit(0)));
});

async function run({ resolver, uri, folder, endpoint, token }: HubChildTask): Promise<HubChildMessage> {
  const { createModelDownloader }: Resolver = await import(resolver);
  const linked = guardFetch(new URL(endpoint).origin, () => send({ type: 'answered' }));
  send({ type: 'started' });
  const downloader = await createModelDownloader({
    modelUri: uri,
    dirPath: folder,
    showCliProgress: false,
    // Kept to be resumed.
    deleteTempFileOnCancel: false,
    endpoints: { huggingFace: endpoint },
    // Without this it would look for a token in other places; undefined means "look", so it has to be a text.
    tokens: { huggingFace: token ?? '' },
    onProgress: ({ downloadedSize, totalSize }) => {
      send({ type: 'progress', receivedBytes: downloadedSize, totalBytes: totalSize });
    },
  });
  await downloader.download();
  const files = downloader.filesInfo.map(({ fileName, totalSize }) => ({ name: fileName, bytes: totalSize }));
  return { type: 'done', entrypoint: downloader.entrypointFilename, files, linked: linked() };
}

function send(message: HubChildMessage): void {
  process.send?.(message);
}
