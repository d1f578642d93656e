import { InvalidArgumentError } from '../../error/index.ts';
import { type EncodedText, loadTextEncoder, type TextEncoder } from '../../rankers/cross-encoder/index.ts';
import { bertScoreLayer, modelNameOf } from './bert-score-layers.ts';
import { trimEnd, trimStart } from './n-grams.ts';
import { checkAnswers, type ScoredAnswer, type TextMetric } from './text-metric.ts';

/** Options of {@link loadBertScore}. */
export interface BertScoreOptions {
  /**
   * An encoder in the format of Hugging Face (BERT, RoBERTa, XLM-R, DeBERTa v2 or v3): `config.json`, `tokenizer.json`,
   * safetensors.
   */
  readonly folder: string;
  /** What the signature calls it, such as `bert-base-multilingual-cased`. @default the name of the folder */
  readonly name?: string | undefined;
  /** Layer whose states are compared, from 1. @default that of bert_score's table for the name */
  readonly layer?: number | undefined;
  /** Texts, mostly all references, whose rare tokens count more than their common ones. @default all tokens count alike */
  readonly idfTexts?: readonly string[] | undefined;
  /** @default the cores this process may use, 8 at most */
  readonly threads?: number | undefined;
}

/** Figures of BERTScore, not rescaled: at most 1, and rarely below 0. */
export interface BertScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** BERTScore, loaded. As a metric its figure is F1. */
export interface LoadedBertScore extends TextMetric, AsyncDisposable {
  /** All three figures of each answer; of several references the best of each figure counts. @see TextMetric.score */
  scoreAll(
    answers: readonly ScoredAnswer[],
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<readonly BertScore[]>;
  /** Texts so far that were longer than the encoder reads, each time they were read. Their ends were left out. */
  readonly truncatedTexts: number;
}

/** Answers whose texts are in memory at a time. */
const WINDOW = 64;

/**
 * Loads BERTScore (Zhang et al. 2020, arXiv 1904.09675): each token is held against the one most like it on the other side.
 * A side without tokens gives 0.
 *
 * @throws InvalidArgumentError where the layer is not known, ModelLoadError, MissingDependencyError without
 * onnxruntime-node.
 */
export async function loadBertScore(options: BertScoreOptions): Promise<LoadedBertScore> {
  const { folder, name = modelNameOf(folder), idfTexts, threads } = options;
  const layer = options.layer ?? bertScoreLayer(name);
  if (layer === undefined) {
    throw new InvalidArgumentError({
      parameter: 'name',
      value: name,
      message: 'the table of bert_score has no layer for it: name one with the option layer.',
    });
  }
  const encoder = await loadTextEncoder({ folder, name, layer, threads });
  const weightOf = tokenWeights(encoder, idfTexts);
  let truncatedTexts = 0;
  const scoreAll: LoadedBertScore['scoreAll'] = async (answers, { abortSignal } = {}) => {
    checkAnswers(answers);
    const scores: BertScore[] = [];
    for (let start = 0; start < answers.length; start += WINDOW) {
      const window = answers.slice(start, start + WINDOW);
      const texts = [...new Set(window.flatMap(({ candidate, references }) => [candidate, ...references]))];
      const encoded = await encoder.encode(texts.map(trim), { abortSignal });
      truncatedTexts += encoded.filter(({ truncated }) => truncated).length;
      const known = new Map(texts.map((text, place) => [text, prepare(encoded[place], encoder.hiddenSize, weightOf)]));
      for (const { candidate, references } of window) {
        const own = known.get(candidate);
        const each = references.map((reference) => compareTexts(own, known.get(reference)));
        const best = (figure: keyof BertScore) => Math.max(...each.map((score) => score[figure]));
        scores.push({ precision: best('precision'), recall: best('recall'), f1: best('f1') });
      }
    }
    return scores;
  };
  return {
    name: 'bertscore',
    signature: `${name}_L${layer}_${idfTexts === undefined ? 'no-idf' : `idf(${idfTexts.length} texts)`}|f1|refs:best|rescaled:no|like:bert_score-0.3.13`,
    range: [0, 1],
    score: async (answers, scoring) => (await scoreAll(answers, scoring)).map(({ f1 }) => f1),
    scoreAll,
    get truncatedTexts() {
      return truncatedTexts;
    },
    [Symbol.asyncDispose]: () => encoder[Symbol.asyncDispose](),
  };
}

function trim(text: string): string {
  return trimStart(trimEnd(text));
}

/** How much a token counts: more the fewer texts it is in. The tokens for beginning and end count nothing. */
function tokenWeights(encoder: TextEncoder, idfTexts: readonly string[] | undefined): (id: number) => number {
  const [begin, end] = encoder.tokenize('').ids;
  if (idfTexts === undefined) return (id) => (id === begin || id === end ? 0 : 1);
  const texts = new Map<number, number>();
  for (const text of idfTexts) {
    for (const id of new Set(encoder.tokenize(trim(text)).ids)) texts.set(id, (texts.get(id) ?? 0) + 1);
  }
  return (id) => Math.log((idfTexts.length + 1) / ((texts.get(id) ?? 0) + 1));
}

/** A text ready to be compared. */
interface PreparedText {
  readonly tokens: number;
  /** A row of length 1 for each token. */
  readonly rows: Float32Array;
  readonly size: number;
  /** Of each token, together 1; undefined where no token counts. */
  readonly weights: readonly number[] | undefined;
}

function prepare(
  text: EncodedText | undefined,
  size: number,
  weightOf: (id: number) => number,
): PreparedText | undefined {
  if (text === undefined) return undefined;
  const { ids, states } = text;
  const rows = new Float32Array(states.length);
  for (let start = 0; start < states.length; start += size) {
    let squares = 0;
    for (let at = start; at < start + size; at++) squares += (states[at] ?? 0) ** 2;
    const length = Math.sqrt(squares);
    for (let at = start; at < start + size; at++) rows[at] = (states[at] ?? 0) / length;
  }
  const weights = ids.map(weightOf);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Beginning and end alone: the text is empty.
  const isEmpty = ids.length <= 2 || total === 0;
  return { tokens: ids.length, rows, size, weights: isEmpty ? undefined : weights.map((weight) => weight / total) };
}

function compareTexts(own: PreparedText | undefined, other: PreparedText | undefined): BertScore {
  if (own?.weights === undefined || other?.weights === undefined) return { precision: 0, recall: 0, f1: 0 };
  const ownBest = new Float64Array(own.tokens).fill(-1);
  const otherBest = new Float64Array(other.tokens).fill(-1);
  for (let i = 0; i < own.tokens; i++) {
    for (let j = 0; j < other.tokens; j++) {
      const likeness = product(own.rows, i * own.size, other.rows, j * other.size, own.size);
      if (likeness > (ownBest[i] ?? 0)) ownBest[i] = likeness;
      if (likeness > (otherBest[j] ?? 0)) otherBest[j] = likeness;
    }
  }
  const mean = (best: Float64Array, weights: readonly number[]) =>
    weights.reduce((sum, weight, token) => sum + weight * (best[token] ?? 0), 0);
  const precision = mean(ownBest, own.weights);
  const recall = mean(otherBest, other.weights);
  const sum = precision + recall;
  return { precision, recall, f1: sum === 0 ? 0 : (2 * precision * recall) / sum };
}

function product(left: Float32Array, leftStart: number, right: Float32Array, rightStart: number, size: number): number {
  let sum = 0;
  for (let at = 0; at < size; at++) sum += (left[leftStart + at] ?? 0) * (right[rightStart + at] ?? 0);
  return sum;
}
