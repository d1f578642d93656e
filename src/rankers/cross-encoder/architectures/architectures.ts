import type { SequenceForm } from '../input/template-writer.ts';
import { writeBert } from './bert.ts';
import { writeDeberta } from './deberta.ts';
import type { EncodedRows, EncoderSource } from './encoder.ts';
import { writeModernBert } from './modern-bert.ts';

/** The layers between a pooled state and the outputs. */
interface Head {
  readonly dense: string;
  /** The field of `config.json` that names the activation with its default, or the activation itself. */
  readonly activation: string | { readonly field: string; readonly otherwise: string };
  /** A norm behind the activation. */
  readonly norm?: string;
  readonly output: string;
}

/** What differs between architectures. */
export interface Architecture {
  readonly form: SequenceForm;
  /** What the names of the encoder's weights begin with. */
  readonly prefix: string;
  readonly head: Head;
  /** @param padding the token that fills the rows of a batch. */
  writeEncoder(source: EncoderSource, prefix: string, padding: number): EncodedRows;
}

const ROBERTA: Architecture = {
  form: { separators: 2, isTyped: false },
  prefix: 'roberta.',
  head: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  // The table of positions begins behind the row of the padding.
  writeEncoder: (source, prefix, padding) => writeBert(source, prefix, padding + 1),
};

/** The architectures that are known, by `model_type`. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  bert: {
    form: { separators: 1, isTyped: true },
    prefix: 'bert.',
    head: { dense: 'bert.pooler.dense', activation: 'tanh', output: 'classifier' },
    writeEncoder: (source, prefix) => writeBert(source, prefix, 0),
  },
  roberta: ROBERTA,
  'xlm-roberta': ROBERTA,
  'deberta-v2': {
    form: { separators: 1, isTyped: false },
    prefix: 'deberta.',
    head: {
      dense: 'pooler.dense',
      activation: { field: 'pooler_hidden_act', otherwise: 'gelu' },
      output: 'classifier',
    },
    writeEncoder: writeDeberta,
  },
  modernbert: {
    form: { separators: 1, isTyped: false },
    prefix: 'model.',
    head: {
      dense: 'head.dense',
      activation: { field: 'classifier_activation', otherwise: 'gelu' },
      norm: 'head.norm',
      output: 'classifier',
    },
    writeEncoder: writeModernBert,
  },
};
