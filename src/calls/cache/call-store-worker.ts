/** The thread that a {@link StoreThread} talks to: SQLite blocks, for seconds where another process writes. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage } from '../../util/error-message.ts';
import { CallStore } from './call-store.ts';
import type { StoreReply, StoreRequest, StoreThreadOptions } from './store-thread.ts';

let store: CallStore | undefined;

function answer(request: StoreRequest): Uint8Array | undefined {
  store ??= new CallStore(workerData as StoreThreadOptions);
  if (request.value === undefined) return store.get(request.key);
  store.set(request.key, request.value);
  return undefined;
}

parentPort?.on('message', (request: StoreRequest | 'close') => {
  if (request === 'close') {
    store?.[Symbol.dispose]();
    parentPort?.close();
    return;
  }
  let reply: StoreReply;
  try {
    reply = { id: request.id, value: answer(request) };
  } catch (error) {
    reply = { id: request.id, error: errorMessage(error), isBusy: isBusy(error) };
  }
  parentPort?.postMessage(reply);
});

/** Another process writes for longer than is worth waiting (SQLITE_BUSY, SQLITE_LOCKED). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);
}
