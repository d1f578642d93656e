import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { LlamaContext, LlamaContextOptions, LlamaModel } from 'node-llama-cpp';
import { BlenderError, ModelLoadError } from '../error/index.ts';
import { errorCode, errorMessage } from '../util/error-message.ts';
import { CHUNK_TOKENS } from './evaluate-prompt.ts';
import { type ContextPlan, planContext, tooLittleMemory } from './memory-plan.ts';
import { getRuntime, type Runtime } from './runtime.ts';

/** A model that is loaded and has a context. */
export interface NativeModel {
  readonly runtime: Runtime;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  /** Frees the context and the model, each also where freeing the other fails. */
  dispose(): Promise<void>;
}

/** Options of {@link loadNativeModel}. */
export interface LoadNativeModelOptions {
  readonly reference: string;
  readonly path: string;
  /** A LoRA adapter in a GGUF file. */
  readonly adapterPath: string | undefined;
  readonly threads: number;
  readonly contextTokens: number | undefined;
  readonly maxParallelCalls: number | undefined;
  /** Called with the part that is loaded, between 0 and 1. */
  readonly onShare: (share: number) => void;
  readonly signal: AbortSignal | undefined;
  /** Bytes of memory that are free before loading. @default what the system says */
  readonly freeBytes?: number | undefined;
  /** Called with the tokens of each sequence in a batch, before it runs. */
  readonly onBatch?: ((tokens: readonly number[]) => void) | undefined;
  /** For tests. */
  readonly startRuntime?: typeof getRuntime | undefined;
}

/** What its steps share. */
interface Loading extends LoadNativeModelOptions {
  readonly freeBytes: number;
  /** Bytes of the file, all of which will be in memory. */
  readonly fileBytes: number;
  readonly fail: (reason: string, cause?: unknown) => ModelLoadError;
}

/**
 * Loads a GGUF file and makes a context for it.
 *
 * @throws MissingDependencyError, ModelLoadError, the signal's reason on abort; nothing stays loaded then.
 */
export async function loadNativeModel(options: LoadNativeModelOptions): Promise<NativeModel> {
  const { reference, path, signal, freeBytes = process.availableMemory(), startRuntime = getRuntime } = options;
  const fail = (reason: string, cause?: unknown) => new ModelLoadError({ reference, path, reason, cause });
  if (options.adapterPath !== undefined) await checkFile({ path: options.adapterPath, freeBytes, fail });
  const loading: Loading = { ...options, freeBytes, fail, fileBytes: await checkFile({ path, freeBytes, fail }) };
  const runtime = await startRuntime(reference);
  let model: LlamaModel | undefined;
  let context: LlamaContext | undefined;
  const dispose = async () => {
    try {
      await context?.dispose();
    } finally {
      await model?.dispose();
    }
  };
  try {
    signal?.throwIfAborted();
    model = await runtime.llama.loadModel({
      modelPath: path,
      gpuLayers: 0,
      onLoadProgress: options.onShare,
      ...(signal !== undefined && { loadSignal: signal }),
    });
    const { contextTokens, maxParallelCalls } = await planFor(model, loading);
    context = await model.createContext({
      ...CONTEXT_SHAPE,
      contextSize: contextTokens,
      sequences: maxParallelCalls,
      threads: { ideal: options.threads, min: 1 },
      ...(options.adapterPath !== undefined && { lora: options.adapterPath }),
      ...batchObserver(options.onBatch),
    });
    // Not by `createSignal`: a context that it stops is not disposed of, and the model's `dispose` may wait for it.
    signal?.throwIfAborted();
    return { runtime, model, context, contextTokens, maxParallelCalls, dispose };
  } catch (error) {
    // The first failure is the one to report.
    await dispose().catch(() => {});
    signal?.throwIfAborted();
    if (BlenderError.isInstance(error)) throw error;
    // The runtime logs late.
    await setImmediate();
    await setImmediate();
    const message = runtime.takeErrors() || errorMessage(error);
    const reason = `llama.cpp refuses the file; it may be damaged or incomplete, or of a kind it does not know (${message}).`;
    throw fail(reason, error);
  }
}

const CONTEXT_SHAPE = {
  batchSize: CHUNK_TOKENS,
  // Its sums depend on what else is in the batch (measured: log probabilities differ by up to 0.5), and on a CPU
  // it gains nothing.
  flashAttention: false,
  // Without it, models with a sliding window cannot go back to the end of a shared prompt.
  swaFullCache: true,
} satisfies LlamaContextOptions;

/** @throws ModelLoadError where the model cannot have such a context, or memory does not suffice for it. */
async function planFor(model: LlamaModel, { fail, fileBytes, ...options }: Loading): Promise<ContextPlan> {
  const trainedTokens = model.trainContextSize;
  const { contextTokens, maxParallelCalls } = options;
  if (contextTokens !== undefined && contextTokens > trainedTokens) {
    throw fail(`it was trained on ${trainedTokens} tokens, and contextTokens asks for ${contextTokens}.`);
  }
  const freeBytes = options.freeBytes - fileBytes;
  const plan = await planContext({
    trainedTokens,
    contextTokens,
    maxParallelCalls,
    freeBytes,
    estimateBytes: async (contextSize, sequences) => {
      const size = { ...CONTEXT_SHAPE, contextSize, sequences, modelGpuLayers: 0 };
      return (await model.fileInsights.estimateContextResourceRequirementsV2(size)).cpuRam;
    },
  });
  if (plan.bytes > freeBytes) throw fail(tooLittleMemory(fileBytes + plan.bytes, options.freeBytes));
  return plan;
}

function batchObserver(onBatch: LoadNativeModelOptions['onBatch']): LlamaContextOptions {
  if (onBatch === undefined) return {};
  return {
    batching: {
      itemPrioritizationStrategy: ({ items }) => {
        onBatch(items.map(({ tokens }) => tokens.length));
        // A round never holds more than a batch takes, see BatchRounds.
        return items.map((item) => ({ item, processAmount: item.tokens.length }));
      },
    },
  };
}

/** First bytes of every GGUF file. */
const MAGIC = 'GGUF';

/** Size of a GGUF file in bytes. Checks what can be checked without starting the runtime. */
async function checkFile({ path, freeBytes, fail }: Pick<Loading, 'path' | 'freeBytes' | 'fail'>): Promise<number> {
  await using file = await open(path).catch((cause: unknown) => {
    throw fail(errorCode(cause) === 'ENOENT' ? 'there is no such file.' : 'the file cannot be opened.', cause);
  });
  const stats = await file.stat();
  if (stats.isDirectory()) throw fail('it is a folder, not a GGUF file.');
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAGIC.length), position: 0 });
  if (buffer.toString('latin1', 0, bytesRead) !== MAGIC) throw fail('it is not a GGUF file.');
  if (stats.size > freeBytes) throw fail(tooLittleMemory(stats.size, freeBytes));
  return stats.size;
}
