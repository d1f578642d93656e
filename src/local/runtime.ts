import type { Llama, LlamaOptions } from 'node-llama-cpp';
import { MissingDependencyError } from '../error/index.ts';
import { availableCores } from '../util/available-cores.ts';
import { withForkableArguments } from './fork-arguments.ts';
import { type JinjaModule, loadJinja } from './jinja.ts';
import { ThreadControl } from './thread-control.ts';

/** The native runtime, as one model holds it. */
export interface Runtime {
  readonly llama: Llama;
  readonly jinja: JinjaModule;
  readonly threads: ThreadControl;
  /** The package, for its classes. */
  readonly nodeLlamaCpp: typeof import('node-llama-cpp');
  /** What llama.cpp complained of last, as one line; empty = nothing. It speaks late: await a turn of the event loop. */
  lastComplaint(): string;
}

interface SharedRuntime {
  users: number;
  readonly started: Promise<Runtime>;
}

let shared: SharedRuntime | undefined;
/** The last runtime on its way out: native global state is not built up while it is torn down. */
let closing: Promise<void> = Promise.resolve();
let startedBefore = false;

/**
 * Holds the native runtime, which all models of the process share: it is started by the first and let go of by the
 * last, and started again when another comes.
 *
 * @returns the runtime, and a way to let go of it, which resolves once nothing native is left where it was the last.
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
  const nodeLlamaCpp = await importRuntime(feature);
  const cores = availableCores();
  const complaints: string[] = [];
  const options: LlamaOptions = {
    gpu: false,
    build: 'never',
    maxThreads: cores,
    progressLogs: false,
    // The logger of a second runtime in one process is disconnected when that of the first is cleaned up (3.22), and
    // its messages go to stderr.
    logLevel: startedBefore ? nodeLlamaCpp.LlamaLogLevel.disabled : nodeLlamaCpp.LlamaLogLevel.error,
    // Kept instead of printed: they explain a load that fails.
    logger: (_level, message) => {
      complaints.push(message.trim());
      complaints.splice(0, complaints.length - 8);
    },
  };
  startedBefore = true;
  const llama = await withForkableArguments(() => nodeLlamaCpp.getLlama(options)).catch((cause: unknown) => {
    if (!(cause instanceof nodeLlamaCpp.NoBinaryFoundError)) throw cause;
    throw new MissingDependencyError({
      dependency: 'a build of llama.cpp for this machine',
      feature,
      command: 'npx node-llama-cpp source download',
      cause,
    });
  });
  return {
    llama,
    jinja: await loadJinja(),
    threads: new ThreadControl({
      setMost: (threads) => {
        llama.maxThreads = threads;
      },
    }),
    nodeLlamaCpp,
    lastComplaint: () => complaints.splice(0, Infinity).join('; '),
  };
}

/** The only place that loads the optional peer. */
async function importRuntime(feature: string): Promise<typeof import('node-llama-cpp')> {
  try {
    return await import('node-llama-cpp');
  } catch (cause) {
    throw new MissingDependencyError({
      dependency: 'node-llama-cpp',
      feature,
      command: 'npm install node-llama-cpp',
      cause,
    });
  }
}
