import type { NamedWeights } from './catalog.ts';

/**
 * A ranker that can be fetched by a short word: a folder in the format of Hugging Face. Its number of weights is checked
 * against what the fetched file says of itself.
 */
export interface RankerEntry extends NamedWeights {
  /** `owner/name` on Hugging Face. */
  readonly repo: string;
  /** A branch or commit. */
  readonly revision: string;
  /** Small files, read whole. */
  readonly files: readonly string[];
  /** The large one. */
  readonly weightsFile: string;
}

/** The rankers known by name. */
export const RANKER_CATALOG: readonly RankerEntry[] = [
  {
    name: 'pairrm',
    title: 'PairRM',
    description: 'The ranker of LLM-Blender: DeBERTa-v3-large reads both answers at once.',
    parameters: 436_014_081,
    licence: 'MIT',
    licenceUrl: 'https://huggingface.co/llm-blender/PairRM-hf',
    repo: 'llm-blender/PairRM-hf',
    // No commit and no sha256 are known to this project, so what Hugging Face states of each file is checked instead.
    revision: 'main',
    files: ['config.json', 'tokenizer.json'],
    weightsFile: 'model.safetensors',
    approximateBytes: 1_744_100_000,
  },
];
