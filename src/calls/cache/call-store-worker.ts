/** The thread that a {@link StoreThread} talks to: SQLite blocks, for seconds where another process writes. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage } from '../../util/error-message.ts';
import { CallStore, type StoreRequest } from './call-store.ts';
import type { StoreReply, StoreThreadOptions } from './store-thread.ts';

let store: CallStore | undefined;

function answer(requests: readonly StoreRequest[]): StoreReply {
  try {
    store ??= new CallStore(workerData as StoreThreadOptions);
    return { values: store.run(requests) };
  } catch (error) {
    return { error: errorMessage(error), isBusy: isBusy(error) };
  }
}

parentPort?.on('message', (requests: readonly StoreRequest[] | 'close') => {
  if (requests !== 'close') {
    parentPort?.postMessage(answer(requests));
    return;
  }
  store?.[Symbol.dispose]();
  parentPort?.close();
});

/** Another process writes for longer than is worth waiting (SQLITE_BUSY, SQLITE_LOCKED). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);
}
