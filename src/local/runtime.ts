import type { Llama, LlamaOptions } from 'node-llama-cpp';
import { MissingDependencyError } from '../error/index.ts';
import { availableCores } from '../util/available-cores.ts';
import { errorMessage } from '../util/error-message.ts';
import { importOptional } from '../util/import-optional.ts';
import { FreeCores, ThreadControl } from './thread-control.ts';

/** The native runtime, which all models share. */
export interface Runtime {
  readonly llama: Llama;
  readonly threads: ThreadControl;
  /** The package, for its classes. */
  readonly nodeLlamaCpp: typeof import('node-llama-cpp');
  /**
   * The errors that llama.cpp has logged since the last call, as one line; empty = none. It logs late: await a turn of
   * the event loop first.
   */
  takeErrors(): string;
}

interface SharedRuntime {
  users: number;
  readonly started: Promise<Runtime>;
}

let shared: SharedRuntime | undefined;
/** The end of the last runtime: a new one must not start while global native state is torn down. */
let closing: Promise<void> = Promise.resolve();
let startedBefore = false;

/**
 * Acquires the native runtime, which all models of the process share: it starts with the first, ends when the last
 * releases it, and starts again with the next.
 *
 * @param feature what needs it, for errors.
 * @returns the runtime, and how to release it: resolves once nothing native is left, where it was the last.
 * @throws MissingDependencyError.
 */
export async function acquireRuntime(feature: string): Promise<{ runtime: Runtime; release: () => Promise<void> }> {
  const own = (shared ??= { users: 0, started: closing.then(() => startRuntime(feature)) });
  own.users += 1;
  let released: Promise<void> | undefined;
  const release = () => (released ??= releaseRuntime(own));
  try {
    return { runtime: await own.started, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function releaseRuntime(own: SharedRuntime): Promise<void> {
  own.users -= 1;
  if (own.users > 0) return;
  if (shared === own) shared = undefined;
  const closed = own.started.then(
    ({ llama }) => llama.dispose(),
    () => {}, // never started
  );
  closing = closed.catch(() => {});
  await closed;
}

async function startRuntime(feature: string): Promise<Runtime> {
  // The only place that loads the optional peer.
  const nodeLlamaCpp = await importOptional(() => import('node-llama-cpp'), {
    dependency: 'node-llama-cpp',
    feature,
    command: 'npm install node-llama-cpp',
  });
  const errors: string[] = [];
  const options: LlamaOptions = {
    gpu: false,
    build: 'never',
    maxThreads: availableCores(),
    progressLogs: false,
    // The logger of a second runtime in one process is disconnected when that of the first is cleaned up (3.22), and
    // its messages go to stderr.
    logLevel: startedBefore ? nodeLlamaCpp.LlamaLogLevel.disabled : nodeLlamaCpp.LlamaLogLevel.error,
    // Kept instead of printed: they explain a load that fails.
    logger: (_level, message) => {
      errors.push(message.trim());
      errors.splice(0, errors.length - 8);
    },
  };
  // Whatever can fail comes before the native runtime, which nobody would dispose of.
  const freeCores = new FreeCores();
  startedBefore = true;
  const llama = await withForkableArguments(() => nodeLlamaCpp.getLlama(options)).catch((cause: unknown) => {
    const isMissing = cause instanceof nodeLlamaCpp.NoBinaryFoundError;
    throw new MissingDependencyError({
      dependency: isMissing ? 'a build of llama.cpp for this machine' : 'node-llama-cpp',
      feature,
      command: isMissing ? 'npx node-llama-cpp source download' : 'npm install node-llama-cpp',
      loadFailure: isMissing ? undefined : errorMessage(cause),
      cause,
    });
  });
  const setMaxThreads = (threads: number) => {
    llama.maxThreads = threads;
  };
  return {
    llama,
    threads: new ThreadControl({ setMaxThreads, freeCores }),
    nodeLlamaCpp,
    takeErrors: () => errors.splice(0, Infinity).join('; '),
  };
}

/**
 * Does work during which forked processes do not inherit `--input-type`.
 *
 * Why: node-llama-cpp tries its native code in a forked process first, and Node hands its own arguments on to forks.
 * It takes `--eval` out, but not `--input-type`, without which no fork of `node --input-type=module --eval …` starts:
 * the runtime would look as if it were not installed.
 */
async function withForkableArguments<VALUE>(work: () => Promise<VALUE>): Promise<VALUE> {
  const inherited = process.execArgv;
  process.execArgv = inherited.filter((argument) => !argument.startsWith('--input-type'));
  try {
    return await work();
  } finally {
    process.execArgv = inherited;
  }
}
