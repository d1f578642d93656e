import type { TextMetric } from './text-metric.ts';

/** Options of {@link loadBertScore}. */
export interface BertScoreOptions {
  /** An encoder in the format of Hugging Face (BERT, RoBERTa, XLM-R, DeBERTa v2 or v3): `config.json`, `tokenizer.json`, safetensors. */
  readonly folder: string;
  /** What the signature calls it, as in bert_score: `bert-base-multilingual-cased`, `roberta-large`. @default from the folder */
  readonly name?: string | undefined;
  /** Layer whose states are compared, from 1. @default that of bert_score's table for the model's name */
  readonly layer?: number | undefined;
  /**
   * Weighs tokens by how rare they are in these texts, mostly all references. @default every token alike
   */
  readonly idfTexts?: readonly string[] | undefined;
  /** @default the cores this process may use, 8 at most */
  readonly threads?: number | undefined;
}

/** Figures of BERTScore, not rescaled. */
export interface BertScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** BERTScore, loaded. As a metric its figure is F1. */
export interface LoadedBertScore extends TextMetric, AsyncDisposable {
  /** All three figures of each answer; of several references the best of each counts. */
  scoreAll(
    answers: readonly { readonly candidate: string; readonly references: readonly string[] }[],
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<readonly BertScore[]>;
  /** Texts so far that were longer than the encoder reads; the rest of them was left out. */
  readonly truncatedTexts: number;
}

/**
 * Loads BERTScore (Zhang et al. 2020, arXiv 1904.09675) with an encoder in a folder.
 *
 * @throws ModelLoadError, MissingDependencyError without onnxruntime-node, InvalidArgumentError where the layer is not
 * known.
 */
export async function loadBertScore(options: BertScoreOptions): Promise<LoadedBertScore> {
  throw new Error(`not written yet: ${options.folder}`);
}
