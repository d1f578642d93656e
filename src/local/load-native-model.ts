import { setImmediate } from 'node:timers/promises';
import type { LlamaContext, LlamaContextOptions, LlamaModel } from 'node-llama-cpp';
import { BlenderError, ModelLoadError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { planContext } from './context-plan.ts';
import { CHUNK_TOKENS } from './evaluate-prompt.ts';
import type { Runtime } from './runtime.ts';
import { tooLittleMemory } from './too-little-memory.ts';

/** A model that is loaded and has a context. */
export interface NativeModel {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
}

/** Options of {@link loadNativeModel}. */
export interface LoadNativeModelOptions {
  readonly reference: string;
  readonly path: string;
  readonly threads: number;
  readonly contextTokens: number | undefined;
  readonly maxParallelCalls: number | undefined;
  /** Called with the part that is loaded, between 0 and 1. */
  readonly onShare: (share: number) => void;
  readonly signal: AbortSignal | undefined;
  /** Bytes of the file, all of which will be in memory. */
  readonly fileBytes: number;
  /** Bytes of memory that are free before loading. */
  readonly freeBytes: number;
  /** Called with the tokens of each sequence in a batch, before it runs. */
  readonly onBatch: ((tokens: readonly number[]) => void) | undefined;
}

/**
 * Loads a GGUF file and makes a context for it.
 *
 * @throws ModelLoadError, InvalidArgumentError, the signal's reason on abort; nothing stays loaded then.
 */
export async function loadNativeModel(runtime: Runtime, options: LoadNativeModelOptions): Promise<NativeModel> {
  const { reference, path, signal } = options;
  const fail = (reason: string, cause?: unknown) => new ModelLoadError({ reference, path, reason, cause });
  let model: LlamaModel | undefined;
  try {
    model = await runtime.llama.loadModel({
      modelPath: path,
      gpuLayers: 0,
      onLoadProgress: options.onShare,
      ...(signal !== undefined && { loadSignal: signal }),
    });
    return { model, ...(await createContext(model, { ...options, fail })) };
  } catch (error) {
    await model?.dispose();
    signal?.throwIfAborted();
    if (BlenderError.isInstance(error)) throw error;
    await setImmediate();
    await setImmediate();
    const complaint = runtime.lastComplaint() || errorMessage(error);
    const reason = `llama.cpp refuses the file; it may be damaged or incomplete, or of a kind it does not know (${complaint}).`;
    throw fail(reason, error);
  }
}

async function createContext(
  model: LlamaModel,
  options: LoadNativeModelOptions & { readonly fail: (reason: string) => ModelLoadError },
): Promise<Omit<NativeModel, 'model'>> {
  const { fileBytes, fail, threads, signal } = options;
  const freeBytes = options.freeBytes - fileBytes;
  const trainedTokens = model.trainContextSize;
  if (options.contextTokens !== undefined && options.contextTokens > trainedTokens) {
    throw fail(`it was trained on ${trainedTokens} tokens, and contextTokens asks for ${options.contextTokens}.`);
  }
  const shape = {
    batchSize: CHUNK_TOKENS,
    // Its sums depend on what else is in the batch (measured: log probabilities differ by up to 0.5), and on a CPU
    // it gains nothing.
    flashAttention: false,
    // Without it, models with a sliding window cannot go back to the end of a shared prompt.
    swaFullCache: true,
  } satisfies LlamaContextOptions;
  const plan = await planContext({
    trainedTokens,
    contextTokens: options.contextTokens,
    maxParallelCalls: options.maxParallelCalls,
    freeBytes,
    estimateBytes: async (contextSize, sequences) => {
      const size = { ...shape, contextSize, sequences, modelGpuLayers: 0 };
      return (await model.fileInsights.estimateContextResourceRequirementsV2(size)).cpuRam;
    },
  });
  if (plan.bytes > freeBytes) throw fail(tooLittleMemory(fileBytes + plan.bytes, options.freeBytes));
  const { onBatch } = options;
  const context = await model.createContext({
    ...shape,
    contextSize: plan.contextTokens,
    sequences: plan.maxParallelCalls,
    threads: { ideal: threads, min: 1 },
    ...(signal !== undefined && { createSignal: signal }),
    ...(onBatch !== undefined && {
      batching: {
        itemPrioritizationStrategy: ({ items }) => {
          onBatch(items.map(({ tokens }) => tokens.length));
          // A round never holds more than a batch takes, see BatchRounds.
          return items.map((item) => ({ item, processAmount: item.tokens.length }));
        },
      },
    }),
  });
  return { context, contextTokens: plan.contextTokens, maxParallelCalls: plan.maxParallelCalls };
}
