import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelLoadError } from '../../error/index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { errorMessage } from '../../util/error-message.ts';
import { importRuntime, MOST_THREADS } from '../encoder/onnx-session.ts';
import type { Network } from './network.ts';
import { relativeRows } from './relative-positions.ts';
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
  {
    folder,
    reference,
    threads = Math.min(MOST_THREADS, availableCores()),
  }: { folder: string; reference: string; threads?: number | undefined },
): Promise<NetworkSession> {
  const ort = await importRuntime('onnxruntime-node', reference);
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(network.graph, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Only errors: a warning of the runtime would land in the middle of the terminal's drawing.
      logSeverityLevel: 3,
      // Batches differ in shape, so remembered layouts would only pile up.
      enableMemPattern: false,
      extra: {
        session: {
          intra_op: { allow_spinning: '0' },
          // A graph that comes as bytes has no folder of its own, against which names of files would be read.
          model_external_initializers_file_folder_path: folder,
        },
      },
    });
  } catch (error) {
    throw new ModelLoadError({ reference, path: folder, reason: errorMessage(error), cause: error });
  }
  return {
    async score(batch, length) {
      const given = inputs(ort.Tensor, network, batch, length);
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
