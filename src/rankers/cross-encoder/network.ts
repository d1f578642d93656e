import type { Tensor } from 'onnxruntime-node';
import type { SequenceWriter } from '../onnx/onnx-ranker.ts';
import { type OnnxSession, openOnnxSession, type SessionOptions } from '../onnx/onnx-session.ts';
import { type RelativePositions, relativeRows } from './architectures/relative-positions.ts';
import { weightsFolder } from './checkpoint/checkpoint.ts';
import type { GraphBuilder, Value } from './graph/graph-builder.ts';
import type { Sequence, TextTokens } from './input/text-tokens.ts';

/** A network of a kind that is known, ready to be loaded. */
export interface Network {
  /** An ONNX graph with inputs by {@link declareInput}, and the output `scores`, [batch, 1]. */
  readonly graph: Uint8Array;
  /** Where distances are inputs. */
  readonly relative: RelativePositions | undefined;
  /** What fills the rows of a batch. */
  readonly padding: number;
  createWriter(tokens: TextTokens): SequenceWriter<Sequence>;
}

/** Inputs of the graphs by name: type and shape. One that a graph does not declare is left out. */
const INPUTS = {
  ids: ['int64', ['batch', 'length']],
  /** Which part each token belongs to. */
  types: ['int64', ['batch', 'length']],
  /** 0 for a token, very negative for padding. */
  bias: ['float32', ['batch', 'length']],
  /** Rows of the tables of relative positions. */
  relative: ['int64', [2, 'blocks', 'distances']],
  /** Rows of [batch · length] that the head reads. */
  headRows: ['int64', ['heads', 'batch']],
} as const;

/** Declares one of the inputs that every graph may have. */
export function declareInput(graph: GraphBuilder, name: keyof typeof INPUTS): Value {
  const [type, dims] = INPUTS[name];
  return graph.input(name, type, dims);
}

/** Far below any score, and finite in every sum. */
const PADDING_BIAS = -1e30;

/**
 * Loads a network whose weights are in `folder`. The runtime maps them from their file.
 *
 * @throws MissingDependencyError without onnxruntime-node, ModelLoadError where it refuses the graph.
 */
export async function openNetwork(
  network: Omit<Network, 'createWriter'>,
  { folder, reference, ...options }: SessionOptions & { readonly folder: string; readonly reference: string },
): Promise<OnnxSession<Sequence>> {
  return openOnnxSession({
    ...options,
    graph: network.graph,
    reference,
    path: folder,
    weightsFolder: await weightsFolder(folder),
    inputs: (batch, length, TensorClass) => networkInputs(network, batch, length, TensorClass),
  });
}

function networkInputs(
  { padding, relative }: Pick<Network, 'padding' | 'relative'>,
  batch: readonly Sequence[],
  length: number,
  TensorClass: typeof Tensor,
): Record<string, Tensor> {
  const columns = Array.from({ length }, (_, column) => column);
  const grid = (valueOf: (sequence: Sequence, column: number) => number) =>
    batch.flatMap((sequence) => columns.map((column) => valueOf(sequence, column)));
  const integers = (values: readonly number[], dims: readonly number[]) =>
    new TensorClass('int64', BigInt64Array.from(values, BigInt), dims);
  const shape = [batch.length, length];
  const headRows = (batch[0]?.headPositions ?? []).map((_, head) =>
    batch.map(({ headPositions }, row) => row * length + (headPositions[head] ?? 0)),
  );
  const bias = grid(({ ids }, column) => (column < ids.length ? 0 : PADDING_BIAS));
  const distances = relative && relativeRows(length, relative);
  return {
    ids: integers(
      grid(({ ids }, column) => ids[column] ?? padding),
      shape,
    ),
    types: integers(
      grid(({ types }, column) => types[column] ?? 0),
      shape,
    ),
    bias: new TensorClass('float32', Float32Array.from(bias), shape),
    headRows: integers(headRows.flat(), [headRows.length, batch.length]),
    ...(distances && { relative: new TensorClass('int64', distances.data, distances.dims) }),
  } satisfies Partial<Record<keyof typeof INPUTS, Tensor>>;
}
