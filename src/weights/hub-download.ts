import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import type { Environment } from '../util/environment.ts';
import type { HubChildMessage, HubChildTask } from './hub-child-protocol.ts';
import { killTree } from './run-process.ts';
import { createWatchdog } from './watchdog.ts';

/** What the child has fetched. */
export type HubDownload = Extract<HubChildMessage, { type: 'done' }>;

/** Options of {@link runHubChild}. */
export interface HubChildOptions {
  readonly task: HubChildTask;
  readonly env: Environment;
  /** Milliseconds from the start of the resolver until a server has answered for a file. */
  readonly connectTimeoutMs: number;
  /** Milliseconds in which nothing may happen: the child does not start, or no bytes come. */
  readonly stallTimeoutMs: number;
  readonly onBytes: (receivedBytes: number, totalBytes: number) => void;
  readonly abortSignal: AbortSignal;
}

/** The program next to this module, in TypeScript in a checkout and compiled when installed. */
const PROGRAM = new URL(`./hub-child${extname(import.meta.url)}`, import.meta.url);

/**
 * Fetches the files of an `hf:` reference in a child process.
 *
 * @throws Error with what the resolver said; the signal's reason on abort, at once, with the child killed.
 */
export async function runHubChild(options: HubChildOptions): Promise<HubDownload> {
  const { task, env, connectTimeoutMs, stallTimeoutMs, onBytes } = options;
  options.abortSignal.throwIfAborted();
  using watchdog = createWatchdog(options.abortSignal);
  const stalled = () => new Error(`the download stalled: no bytes for ${stallTimeoutMs} ms.`);
  watchdog.expect(stallTimeoutMs, () => new Error(`the resolver did not start within ${stallTimeoutMs} ms.`));
  // The options this process was started with (a debugger, a loader) are not for the child.
  const child = fork(PROGRAM, {
    env: { ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<HubDownload>();
  let received = -1;
  let hasAnswered = false;
  child.on('message', (message: HubChildMessage) => {
    switch (message.type) {
      case 'started':
        watchdog.expect(connectTimeoutMs, () => new Error(`no server has answered within ${connectTimeoutMs} ms.`));
        break;
      case 'answered':
        if (!hasAnswered) watchdog.expect(stallTimeoutMs, stalled);
        hasAnswered = true;
        break;
      case 'progress':
        // Only growth counts: the resolver reports progress while it tries the same bytes again and again.
        if (message.receivedBytes <= received) break;
        received = message.receivedBytes;
        watchdog.feed();
        onBytes(received, message.totalBytes);
        break;
      case 'done':
        resolve(message);
        break;
      case 'failed':
        reject(new Error(message.reason));
        break;
      default:
        message satisfies never;
    }
  });
  child.once('error', reject);
  const closed = once(child, 'close');
  closed.then(
    ([exitCode]) => reject(new Error(`the resolver ended with exit code ${exitCode}.`)),
    // The same error as above.
    () => {},
  );
  const onAbort = () => reject(watchdog.signal.reason);
  watchdog.signal.addEventListener('abort', onAbort, { once: true });
  try {
    child.send(task, () => {});
    const done = await promise;
    killTree(child);
    // Until it is gone, it may still write to the files.
    await closed;
    return done;
  } finally {
    watchdog.signal.removeEventListener('abort', onAbort);
    killTree(child);
  }
}
