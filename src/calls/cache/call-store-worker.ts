/** The thread that a {@link StoreThread} talks to: SQLite blocks, for seconds where another process writes. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage } from '../../util/error-message.ts';
import { CallStore, isBusy, type StoreRequest } from './call-store.ts';
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
