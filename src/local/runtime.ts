import type { Llama, LlamaOptions } from 'node-llama-cpp';
import { MissingDependencyError } from '../error/index.ts';
import { availableCores } from '../util/available-cores.ts';
import { errorMessage } from '../util/error-message.ts';
import { importOptional } from '../util/import-optional.ts';
import { ThreadControl } from './thread-control.ts';

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

let shared: Promise<Runtime> | undefined;

/**
 * The native runtime, which all models of the process share. It starts with the first and stays: it holds little memory
 * itself, and disposing of it after loads that were aborted half-way can hang for ever (3.22).
 *
 * @param feature what needs it, for errors.
 * @throws MissingDependencyError; the next call tries again.
 */
export function getRuntime(feature: string): Promise<Runtime> {
  shared ??= startRuntime(feature).catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
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
    logLevel: nodeLlamaCpp.LlamaLogLevel.error,
    // Kept instead of printed: they explain a load that fails.
    logger: (_level, message) => {
      errors.push(message.trim());
      errors.splice(0, errors.length - 8);
    },
  };
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
    threads: new ThreadControl({ setMaxThreads }),
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
