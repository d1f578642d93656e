/**
 * The layer that agrees best with people, by bert_score 0.3.13, of the models whose architectures can be read. Without
 * the organisation in front of the name.
 */
const LAYERS: Readonly<Record<string, number>> = {
  'bert-base-uncased': 9,
  'bert-large-uncased': 18,
  'bert-base-cased-finetuned-mrpc': 9,
  'bert-base-multilingual-cased': 9,
  'bert-base-chinese': 8,
  'roberta-base': 10,
  'roberta-large': 17,
  'roberta-large-mnli': 19,
  'roberta-base-openai-detector': 7,
  'roberta-large-openai-detector': 15,
  'xlm-roberta-base': 9,
  'xlm-roberta-large': 17,
  scibert_scivocab_uncased: 8,
  scibert_scivocab_cased: 9,
  scibert_basevocab_uncased: 9,
  'bert_uncased_L-2_H-128_A-2': 1,
  'bert_uncased_L-2_H-256_A-4': 1,
  'bert_uncased_L-2_H-512_A-8': 1,
  'bert_uncased_L-2_H-768_A-12': 2,
  'bert_uncased_L-4_H-128_A-2': 3,
  'bert_uncased_L-4_H-256_A-4': 3,
  'bert_uncased_L-4_H-512_A-8': 3,
  'bert_uncased_L-4_H-768_A-12': 3,
  'bert_uncased_L-6_H-128_A-2': 5,
  'bert_uncased_L-6_H-256_A-4': 5,
  'bert_uncased_L-6_H-512_A-8': 5,
  'bert_uncased_L-6_H-768_A-12': 5,
  'bert_uncased_L-8_H-128_A-2': 7,
  'bert_uncased_L-8_H-256_A-4': 7,
  'bert_uncased_L-8_H-512_A-8': 6,
  'bert_uncased_L-8_H-768_A-12': 7,
  'bert_uncased_L-10_H-128_A-2': 8,
  'bert_uncased_L-10_H-256_A-4': 8,
  'bert_uncased_L-10_H-512_A-8': 9,
  'bert_uncased_L-10_H-768_A-12': 8,
  'bert_uncased_L-12_H-128_A-2': 10,
  'bert_uncased_L-12_H-256_A-4': 11,
  'bert_uncased_L-12_H-512_A-8': 10,
  'bert_uncased_L-12_H-768_A-12': 9,
  'spanbert-base-cased': 8,
  'spanbert-large-cased': 17,
  finbert: 10,
  'deberta-v2-xlarge': 10,
  'deberta-v2-xlarge-mnli': 17,
  'deberta-v2-xxlarge': 21,
  'deberta-v2-xxlarge-mnli': 22,
  'deberta-v3-xsmall': 10,
  'deberta-v3-small': 4,
  'deberta-v3-base': 9,
  'deberta-v3-large': 12,
  'mdeberta-v3-base': 10,
  'DeBERTa-v3-large-mnli': 18,
  'unsup-simcse-bert-base-uncased': 10,
  'unsup-simcse-bert-large-uncased': 18,
  'unsup-simcse-roberta-base': 8,
  'unsup-simcse-roberta-large': 13,
  'sup-simcse-bert-base-uncased': 10,
  'sup-simcse-bert-large-uncased': 18,
  'sup-simcse-roberta-base': 10,
  'sup-simcse-roberta-large': 16,
  'bert-base-turkish-cased': 10,
};

/** The layer for a model by its name, with or without an organisation; undefined where the table does not have it. */
export function bertScoreLayer(name: string): number | undefined {
  const short = (name.split('/').at(-1) ?? '').toLowerCase();
  return Object.entries(LAYERS).find(([known]) => known.toLowerCase() === short)?.[1];
}

/** The name of the model in a folder: that of the folder, or of its repository in the cache of Hugging Face. */
export function modelNameOf(folder: string): string {
  const parts = folder.split(/[\\/]/).filter(Boolean);
  const cached = parts.findLast((part) => part.startsWith('models--'));
  return cached === undefined ? (parts.at(-1) ?? folder) : cached.split('--').slice(1).join('/');
}
