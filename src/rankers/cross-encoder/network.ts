import type { Tensor } from 'onnxruntime-node';
import type { SequenceWriter } from '../onnx/onnx-ranker.ts';
import { type OnnxSession, openOnnxSession, type SessionOptions } from '../onnx/onnx-session.ts';
import { type RelativePositions, relativeRows } from './architectures/relative-positions.ts';
import type { Sequence, TextTokens } from './input/text-tokens.ts';

/** A network of a kind that is known, ready to be loaded. */
export interface Network {
  /** An ONNX graph with inputs named as in {@link NETWORK_INPUTS}, and the output `scores`, [batch, 1]. */
  readonly graph: Uint8Array;
  /** Where distances are inputs. */
  readonly relative: RelativePositions | undefined;
  /** What fills the rows of a batch. */
  readonly padding: number;
  createWriter(tokens: TextTokens): SequenceWriter<Sequence>;
}

/** Inputs of the graphs; one that a graph does not declare is left out. */
export const NETWORK_INPUTS = {
  /** int64 [batch, length]. */
  ids: 'ids',
  /** int64 [batch, length]: which part each token belongs to. */
  types: 'types',
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  bias: 'bias',
  /** int64 [2, blocks, distances]: rows of the tables of relative positions. */
  relative: 'relative',
  /** int64 [positions, batch]: rows of [batch · length] that the head reads. */
  headRows: 'head-rows',
} as const;

/** Far below any score, and finite in every sum. */
const PADDING_BIAS = -1e30;

/**
 * Loads a network whose weights are in `folder`. The runtime maps them from their file.
 *
 * @throws MissingDependencyError without onnxruntime-node, ModelLoadError where it refuses the graph.
 */
export function openNetwork(
  network: Network,
  { folder, reference, ...options }: SessionOptions & { readonly folder: string; readonly reference: string },
): Promise<OnnxSession<Sequence>> {
  return openOnnxSession({
    ...options,
    graph: network.graph,
    reference,
    path: folder,
    weightsFolder: folder,
    inputs: (batch, length, TensorClass) => networkInputs(network, batch, length, TensorClass),
  });
}

function networkInputs(
  { padding, relative }: Network,
  batch: readonly Sequence[],
  length: number,
  TensorClass: typeof Tensor,
): Record<string, Tensor> {
  const integers = (dims: readonly number[], values: readonly number[]) =>
    new TensorClass('int64', BigInt64Array.from(values, BigInt), dims);
  const shape = [batch.length, length];
  const columns = Array.from({ length }, (_, column) => column);
  const bias = new Float32Array(batch.length * length);
  for (const [row, { ids }] of batch.entries()) {
    bias.fill(PADDING_BIAS, row * length + ids.length, (row + 1) * length);
  }
  const heads = (batch[0]?.headPositions ?? []).map((_, head) =>
    batch.map(({ headPositions }, row) => row * length + (headPositions[head] ?? 0)),
  );
  const rows = relative && relativeRows(length, relative);
  return {
    [NETWORK_INPUTS.ids]: integers(
      shape,
      batch.flatMap(({ ids }) => columns.map((at) => ids[at] ?? padding)),
    ),
    [NETWORK_INPUTS.types]: integers(
      shape,
      batch.flatMap(({ types }) => columns.map((at) => types[at] ?? 0)),
    ),
    [NETWORK_INPUTS.bias]: new TensorClass('float32', bias, shape),
    [NETWORK_INPUTS.headRows]: integers([heads.length, batch.length], heads.flat()),
    ...(rows && { [NETWORK_INPUTS.relative]: new TensorClass('int64', rows.data, rows.dims) }),
  };
}
