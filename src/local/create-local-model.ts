import { TimeoutError } from '../error/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { availableCores } from '../util/available-cores.ts';
import { checkNumber, COUNT, TIMEOUT_MS } from '../util/check-number.ts';
import { startDeadline } from '../util/deadline.ts';
import { notify } from '../util/notify.ts';
import { raceAbort } from '../util/race-abort.ts';
import { loadNativeModel, type LoadNativeModelOptions } from './load-native-model.ts';
import { LocalModel } from './local-model.ts';

/** Options of {@link createLocalModel}. */
export interface CreateLocalModelOptions {
  /** The model as the caller named it, such as `local/smollm2-135m-instruct`. */
  readonly reference: string;
  /** The GGUF file. */
  readonly path: string;
  /** A LoRA adapter of the model, also a GGUF file. @default none */
  readonly adapterPath?: string | undefined;
  /**
   * Maximum number of threads, at least 1. Fewer are used where that is faster.
   *
   * @default the cores this process can really have, see `availableCores`; never more.
   */
  readonly threads?: number | undefined;
  /**
   * Tokens for each call, input and output together; at most what the model was trained on.
   *
   * @default 4096 or what the model was trained on, whichever is less; less where memory is short.
   */
  readonly contextTokens?: number | undefined;
  /**
   * Calls that run at once; further ones wait. Each takes memory for its context.
   *
   * @default 4; fewer where they would take more than a third of the free memory.
   */
  readonly maxParallelCalls?: number | undefined;
  /** Milliseconds until the model must be loaded. @default 120_000 */
  readonly loadTimeoutMs?: number | undefined;
  /** Milliseconds from when a call gets its turn until its first token. @default 120_000 */
  readonly firstTokenTimeoutMs?: number | undefined;
  /** Called with `model-load` and `model-ready`. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
  /** Stops loading; later it has no effect. */
  readonly abortSignal?: AbortSignal | undefined;
  /** For tests. */
  readonly _internal?: Pick<LoadNativeModelOptions, 'freeBytes' | 'onBatch' | 'startRuntime'>;
}

/**
 * Loads a chat model from a GGUF file. The native runtime is loaded with the first model.
 *
 * @throws MissingDependencyError, ModelLoadError, TimeoutError, InvalidArgumentError, the signal's reason on abort.
 */
export async function createLocalModel(options: CreateLocalModelOptions): Promise<LocalModel> {
  const { reference, loadTimeoutMs = 120_000, abortSignal } = options;
  for (const name of ['threads', 'contextTokens', 'maxParallelCalls'] as const) checkNumber(name, options[name], COUNT);
  for (const name of ['loadTimeoutMs', 'firstTokenTimeoutMs'] as const) checkNumber(name, options[name], TIMEOUT_MS);
  using deadline = startDeadline({
    timeoutMs: loadTimeoutMs,
    abortSignal,
    createError: () =>
      new TimeoutError({
        what: `loading ${reference}`,
        timeoutMs: loadTimeoutMs,
        hint: 'Choose a smaller model, or raise loadTimeoutMs.',
      }),
  });
  const { signal } = deadline;
  signal?.throwIfAborted();
  const loading = load(options, signal);
  try {
    return await raceAbort(loading, signal);
  } catch (error) {
    // Loading may still succeed, with nobody left to use the model.
    void loading.then((model) => model[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}

async function load(options: CreateLocalModelOptions, signal: AbortSignal | undefined): Promise<LocalModel> {
  const { reference, threads = Infinity, firstTokenTimeoutMs = 120_000, onProgress } = options;
  const native = await loadNativeModel({
    ...options._internal,
    reference,
    path: options.path,
    adapterPath: options.adapterPath,
    threads: Math.min(threads, availableCores()),
    contextTokens: options.contextTokens,
    maxParallelCalls: options.maxParallelCalls,
    onShare: everyPercent((share) => notify(onProgress, { type: 'model-load', reference, share })),
    signal,
  });
  try {
    const model = new LocalModel({ reference, native, firstTokenTimeoutMs });
    notify(onProgress, { type: 'model-ready', reference });
    return model;
  } catch (error) {
    // The first failure is the one to report.
    await native.dispose().catch(() => {});
    throw error;
  }
}

/** Passes on what raises the share by a percent at least: the runtime reports every tensor. */
function everyPercent(report: (share: number) => void): (share: number) => void {
  let reported = -1;
  return (share) => {
    if (Math.floor(share * 100) <= reported) return;
    reported = Math.floor(share * 100);
    report(share);
  };
}
