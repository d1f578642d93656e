import { BertEncoder } from './bert.ts';
import { DebertaEncoder } from './deberta.ts';
import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import type { Linear } from '../graph/layers.ts';
import { ModernBertEncoder } from './modern-bert.ts';
import { NETWORK_INPUTS } from '../network.ts';
import type { RelativePositions } from './relative-positions.ts';
import type { SequenceForm } from '../input/template-writer.ts';

/** What an encoder makes of a sequence. */
export interface EncodedRows {
  /** Hidden states, [batch · length, hidden]. */
  readonly rows: Value;
  /** Most tokens of a sequence. */
  readonly maxTokens: number;
  /** Where distances are inputs. */
  readonly relative?: RelativePositions;
}

/** What the encoder of an architecture is written from. */
interface EncoderSource {
  readonly config: object;
  /** Most tokens by `config.json`, and the token that fills the rows of a batch. */
  readonly maxTokens: number;
  readonly padding: number;
  readonly graph: GraphBuilder;
  readonly linear: Linear;
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
}

/** The layers between a pooled state and the outputs. */
interface Head {
  readonly dense: string;
  /** The field of `config.json` that names the activation with its default, or the activation itself. */
  readonly activation: string | { readonly field: string; readonly otherwise: string };
  /** A norm behind the activation. */
  readonly norm?: string;
  readonly output: string;
}

/** What tells one architecture from another. */
export interface Architecture {
  readonly form: SequenceForm;
  readonly head: Head;
  writeEncoder(source: EncoderSource): EncodedRows;
}

const ROBERTA: Architecture = {
  form: { marksBetween: 2, isTyped: false },
  head: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  // The table of positions begins behind the row of the padding.
  writeEncoder: (source) => writeBert(source, 'roberta.', source.padding + 1),
};

/** The architectures that are known, by `model_type`. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  bert: {
    form: { marksBetween: 1, isTyped: true },
    head: { dense: 'bert.pooler.dense', activation: 'tanh', output: 'classifier' },
    writeEncoder: (source) => writeBert(source, 'bert.', 0),
  },
  roberta: ROBERTA,
  'xlm-roberta': ROBERTA,
  'deberta-v2': {
    form: { marksBetween: 1, isTyped: false },
    head: {
      dense: 'pooler.dense',
      activation: { field: 'pooler_hidden_act', otherwise: 'gelu' },
      output: 'classifier',
    },
    writeEncoder({ config, graph, linear, ids, bias, maxTokens }) {
      const encoder = new DebertaEncoder(config);
      const relative = graph.input(NETWORK_INPUTS.relative, 'int64', [2, 'blocks', 'distances']);
      const rows = encoder.write(graph, linear, 'deberta.', { ids, bias, relative });
      return { rows, maxTokens, relative: encoder.positions };
    },
  },
  modernbert: {
    form: { marksBetween: 1, isTyped: false },
    head: {
      dense: 'head.dense',
      activation: { field: 'classifier_activation', otherwise: 'gelu' },
      norm: 'head.norm',
      output: 'classifier',
    },
    writeEncoder({ config, graph, linear, ids, bias, maxTokens }) {
      return { rows: new ModernBertEncoder(config).write(graph, linear, 'model.', { ids, bias }), maxTokens };
    },
  },
};

function writeBert({ config, graph, linear, ids, bias }: EncoderSource, prefix: string, first: number): EncodedRows {
  const encoder = new BertEncoder(config, first);
  const types = graph.input(NETWORK_INPUTS.types, 'int64', ['batch', 'length']);
  return { rows: encoder.write(graph, linear, prefix, { ids, types, bias }), maxTokens: encoder.maxTokens };
}
