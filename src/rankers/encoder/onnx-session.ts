import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { MissingDependencyError, ModelLoadError } from '../../error/index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { EncodedText } from './text-encoder.ts';

/** The runtime's own install step fetches GPU files from a host of its own; the CPU build needs none of them. */
export const RUNTIME_INSTALL = 'npm install onnxruntime-node --onnxruntime-node-install=skip';

/** More threads than this wait for each other longer than they help a network of this size. */
export const MOST_THREADS = 8;

/** The network of a ranker folder, loaded. */
export interface OnnxSession {
  /**
   * Scores of a batch, padded to `length` tokens. A score does not depend on the other texts of the batch, as long as
   * the length is the same.
   */
  score(batch: readonly EncodedText[], length: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Loads a graph. @throws MissingDependencyError without the runtime, ModelLoadError where the file is no such graph. */
export async function loadOnnxSession(
  graph: string,
  name: string,
  {
    threads = Math.min(MOST_THREADS, availableCores()),
    runtime = 'onnxruntime-node',
  }: { threads?: number; runtime?: string } = {},
): Promise<OnnxSession> {
  const ort = await importRuntime(runtime, name);
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(graph, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Only errors: a warning of the runtime would land in the middle of the terminal's drawing.
      logSeverityLevel: 3,
      // Batches differ in shape, so remembered layouts would only pile up.
      enableMemPattern: false,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    throw new ModelLoadError({ reference: name, path: graph, reason: errorMessage(error), cause: error });
  }
  return {
    async score(batch, length) {
      const { scores } = await session.run({ ...tensors(ort.Tensor, batch, length) });
      return scores?.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

/** Loads the runtime itself. @throws MissingDependencyError, ModelLoadError */
export async function importRuntime(runtime: string, name: string): Promise<typeof import('onnxruntime-node')> {
  try {
    return (await import(runtime)) as typeof import('onnxruntime-node');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new ModelLoadError({ reference: name, path: runtime, reason: errorMessage(error), cause: error });
    }
    throw new MissingDependencyError({
      dependency: runtime,
      feature: `The ranker ${name}`,
      command: RUNTIME_INSTALL,
      cause: error,
    });
  }
}

/** Inputs of the graph, as `training/ranker/graph.py` names them. */
type Inputs = Record<'ids' | 'positions' | 'types' | 'mask' | 'surface', Tensor>;

/** The inputs of the graph: int64 [batch, length], and float32 [batch, surface size]. */
function tensors(TensorClass: typeof Tensor, batch: readonly EncodedText[], length: number): Inputs {
  const column = () => new BigInt64Array(batch.length * length);
  const [ids, positions, types, mask] = [column(), column(), column(), column()];
  for (const [row, text] of batch.entries()) {
    const start = row * length;
    for (const [index, id] of text.ids.entries()) {
      ids[start + index] = BigInt(id);
      positions[start + index] = BigInt(index < text.tailStart ? index : index + text.gap);
      if (index >= text.instructionLength) types[start + index] = 1n;
      mask[start + index] = 1n;
    }
  }
  const tensor = (data: BigInt64Array) => new TensorClass('int64', data, [batch.length, length]);
  const surface = Float32Array.from(batch.flatMap((text) => text.surface));
  return {
    ids: tensor(ids),
    positions: tensor(positions),
    types: tensor(types),
    mask: tensor(mask),
    surface: new TensorClass('float32', surface, [batch.length, surface.length / batch.length]),
  };
}
