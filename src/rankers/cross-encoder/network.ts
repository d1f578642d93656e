import type { RelativePositions } from './architectures/relative-positions.ts';
import type { Sequence } from './input/sequence.ts';
import type { TextTokens } from './input/text-tokens.ts';

/** Texts of one comparison to the sequences that a network reads. */
export type SequenceWriter =
  /** Reads both candidates at once; the score is the log-odds that left is better. */
  | { readonly reads: 'pairs'; write(task: string, left: string, right: string): Sequence }
  /** Reads one candidate at a time; the higher the score, the better. */
  | { readonly reads: 'texts'; write(task: string, text: string): Sequence };

/** A network of a kind that is known, ready to be loaded. */
export interface Network {
  /** An ONNX graph with inputs named as in {@link NetworkInputs}, and the output `scores`, [batch, 1]. */
  readonly graph: Uint8Array;
  /** Where distances are inputs. */
  readonly relative: RelativePositions | undefined;
  /** What fills the rows of a batch. */
  readonly padding: number;
  createWriter(tokens: TextTokens): SequenceWriter;
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
  /** int64 [marks, batch]: rows of [batch · length] that the head reads. */
  marks: 'marks',
} as const;
