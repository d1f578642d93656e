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
  readonly head: Head;
  /** @param padding the token that fills the rows of a batch. */
  writeEncoder(source: EncoderSource, padding: number): EncodedRows;
}

const ROBERTA: Architecture = {
  form: { separators: 2, isTyped: false },
  head: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  // The table of positions begins behind the row of the padding.
  writeEncoder: (source, padding) => writeBert(source, 'roberta.', padding + 1),
};

/** The architectures that are known, by `model_type`. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  bert: {
    form: { separators: 1, isTyped: true },
    head: { dense: 'bert.pooler.dense', activation: 'tanh', output: 'classifier' },
    writeEncoder: (source) => writeBert(source, 'bert.', 0),
  },
  roberta: ROBERTA,
  'xlm-roberta': ROBERTA,
  'deberta-v2': {
    form: { separators: 1, isTyped: false },
    head: {
      dense: 'pooler.dense',
      activation: { field: 'pooler_hidden_act', otherwise: 'gelu' },
      output: 'classifier',
    },
    writeEncoder: (source) => writeDeberta(source, 'deberta.'),
  },
  modernbert: {
    form: { separators: 1, isTyped: false },
    head: {
      dense: 'head.dense',
      activation: { field: 'classifier_activation', otherwise: 'gelu' },
      norm: 'head.norm',
      output: 'classifier',
    },
    writeEncoder: (source) => writeModernBert(source, 'model.'),
  },
};
