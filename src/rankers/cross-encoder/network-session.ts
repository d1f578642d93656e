import type { Tensor } from 'onnxruntime-node';
import { openSession } from '../encoder/open-session.ts';
import type { Network } from './network.ts';
import { relativeRows } from './relative-positions.ts';
import { weightsFolder } from './safetensors.ts';
import type { Sequence } from './sequence.ts';

/** Far below any score, and finite in every sum. */
const PADDING_BIAS = -1e30;

/** A network, loaded. */
export interface NetworkSession {
  /** One score a sequence, the batch padded to `length` tokens. It does not depend on the rest of the batch. */
  score(batch: readonly Sequence[], length: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Loads a network whose weights lie in `folder`. The runtime maps them from their file.
 *
 * @throws MissingDependencyError without onnxruntime-node, ModelLoadError where it refuses the graph.
 */
export async function loadNetworkSession(
  network: Network,
  { folder, reference, threads }: { folder: string; reference: string; threads?: number | undefined },
): Promise<NetworkSession> {
  const { session, TensorClass } = await openSession({
    graph: network.graph,
    reference,
    path: folder,
    weightsFolder: await weightsFolder(folder),
    threads,
  });
  return {
    async score(batch, length) {
      const given = inputs(TensorClass, network, batch, length);
      const wanted = Object.fromEntries(session.inputNames.map((name) => [name, given[name as keyof typeof given]()]));
      const { scores } = await session.run(wanted);
      return scores?.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

/** The inputs by name, made when asked for. */
function inputs(TensorClass: typeof Tensor, network: Network, batch: readonly Sequence[], length: number) {
  const integers = (dims: readonly number[], fill: (row: Sequence, column: number) => number) => {
    const data = new BigInt64Array(batch.length * length);
    for (const [row, sequence] of batch.entries()) {
      for (let column = 0; column < length; column++) data[row * length + column] = BigInt(fill(sequence, column));
    }
    return new TensorClass('int64', data, dims);
  };
  const shape = [batch.length, length];
  return {
    ids: () => integers(shape, ({ ids }, column) => ids[column] ?? network.padding),
    types: () => integers(shape, ({ types }, column) => types[column] ?? 0),
    bias: () => {
      const data = new Float32Array(batch.length * length);
      for (const [row, { ids }] of batch.entries()) {
        data.fill(PADDING_BIAS, row * length + ids.length, (row + 1) * length);
      }
      return new TensorClass('float32', data, shape);
    },
    relative: () => {
      if (network.relative === undefined) throw new Error('a graph that asks for distances has a table of them.');
      const { dims, data } = relativeRows(length, network.relative);
      return new TensorClass('int64', data, dims);
    },
    marks: () => {
      const count = batch[0]?.marks.length ?? 0;
      const data = new BigInt64Array(count * batch.length);
      for (const [row, { marks }] of batch.entries()) {
        for (const [mark, place] of marks.entries()) data[mark * batch.length + row] = BigInt(row * length + place);
      }
      return new TensorClass('int64', data, [count, batch.length]);
    },
  } satisfies Record<string, () => Tensor>;
}
