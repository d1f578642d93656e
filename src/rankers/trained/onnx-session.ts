import type { Tensor } from 'onnxruntime-node';
import { openSession } from '../onnx/open-session.ts';
import type { EncodedText } from './text-encoder.ts';

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
  { threads, runtime }: { threads?: number | undefined; runtime?: string } = {},
): Promise<OnnxSession> {
  const { session, TensorClass } = await openSession({ graph, reference: name, path: graph, threads, runtime });
  return {
    async score(batch, length) {
      const { scores } = await session.run({ ...tensors(TensorClass, batch, length) });
      return scores?.data as Float32Array;
    },
    dispose: () => session.release(),
  };
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
