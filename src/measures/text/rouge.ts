import { type ScoredAnswer, checkAnswers, type TextMetric } from './text-metric.ts';
import { countTokens, ReferenceGrams, remembered } from './n-grams.ts';
import { porterStem } from './porter-stemmer.ts';
import { ReferenceSequence } from './reference-sequence.ts';

/** Figures of ROUGE between a candidate and a reference, from 0 to 1. */
export interface RougeScore {
  /** Share of the candidate that is in the reference. */
  readonly precision: number;
  /** Share of the reference that is in the candidate. */
  readonly recall: number;
  /** Their harmonic mean. */
  readonly f1: number;
}

/** The kinds of ROUGE: common words, pairs of words, longest common subsequence, and that sentence by sentence. */
export const ROUGE_KINDS = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

/** @see ROUGE_KINDS */
export type RougeKind = (typeof ROUGE_KINDS)[number];

/** Options of ROUGE. */
export interface RougeOptions {
  /** Compares the stems of words of more than three letters. @default true, as MixInstruct was scored */
  readonly stem?: boolean | undefined;
  /**
   * Where sentences end for `rougeLsum`: `lines` as in rouge_score, or `sentences` as the rules of Unicode for English find
   * them. NLTK, which MixInstruct was scored with, finds some others.
   *
   * @default lines
   */
  readonly split?: 'lines' | 'sentences' | undefined;
}

/** ROUGE (Lin 2004) as the package rouge_score computes it. */
export function rougeScore(
  kind: RougeKind,
  candidate: string,
  reference: string,
  options: RougeOptions = {},
): RougeScore {
  return scorer(kind, options)(candidate, reference);
}

/** Scores answers; a reference is prepared once for all answers that are held against it. */
function scorer(
  kind: RougeKind,
  { stem = true, split = 'lines' }: RougeOptions,
): (candidate: string, reference: string) => RougeScore {
  if (kind === 'rougeLsum') {
    const sentencesOf = (text: string) => splitSentences(text, split).map((sentence) => rougeTokens(sentence, stem));
    return (candidate, reference) => {
      const [own, other] = [sentencesOf(candidate), sentencesOf(reference)];
      return scoreOf(summaryHits(own, other), own.flat().length, other.flat().length);
    };
  }
  const tokensOf = remembered((reference: string) => rougeTokens(reference, stem));
  if (kind === 'rougeL') {
    const sequenceOf = remembered((reference: string) => new ReferenceSequence(tokensOf(reference)));
    return (candidate, reference) => {
      const [own, sequence] = [rougeTokens(candidate, stem), sequenceOf(reference)];
      return scoreOf(sequence.commonWith(own), own.length, sequence.length);
    };
  }
  const order = kind === 'rouge1' ? 1 : 2;
  const gramsOf = remembered((reference: string) => new ReferenceGrams([tokensOf(reference)], order));
  return (candidate, reference) => {
    const [own, grams] = [rougeTokens(candidate, stem), gramsOf(reference)];
    const hits = grams.commonWith(own)[order - 1] ?? 0;
    return scoreOf(hits, Math.max(0, own.length - order + 1), grams.totals[order - 1] ?? 0);
  };
}

/** F1 of one kind of ROUGE; of several references the best counts. From 0 to 1. */
export function rougeMetric(kind: RougeKind, options: RougeOptions = {}): TextMetric {
  const { stem = true, split = 'lines' } = options;
  return {
    name: kind,
    signature: [
      kind,
      'f1',
      'refs:best',
      'case:lc',
      'tok:a-z0-9',
      `stem:${stem ? 'porter-nltk' : 'no'}`,
      ...(kind === 'rougeLsum' ? [`split:${split}`] : []),
      'like:rouge_score-0.1.2',
    ].join('|'),
    range: [0, 1],
    async score(answers: readonly ScoredAnswer[]) {
      checkAnswers(answers);
      const score = scorer(kind, options);
      return answers.map(({ candidate, references }) =>
        Math.max(...references.map((reference) => score(candidate, reference).f1)),
      );
    },
  };
}

/** Lower-case runs of a-z and 0-9; everything else separates. A text in another script has no tokens. */
export function rougeTokens(text: string, stem: boolean): string[] {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return stem ? words.map((word) => (word.length > 3 ? stemOf(word) : word)) : words;
}

/** Texts are made of few different words. */
const stems = new Map<string, string>();
const MOST_STEMS = 50_000;

function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MOST_STEMS) stems.clear();
  const stem = porterStem(word);
  stems.set(word, stem);
  return stem;
}

function splitSentences(text: string, split: 'lines' | 'sentences'): readonly string[] {
  if (split === 'lines') return text.split('\n').filter(Boolean);
  return Array.from(new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text), ({ segment }) =>
    segment.trim(),
  );
}

function scoreOf(hits: number, ownLength: number, otherLength: number): RougeScore {
  const precision = hits / Math.max(ownLength, 1);
  const recall = hits / Math.max(otherLength, 1);
  return { precision, recall, f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

/** Places in `reference` of a longest common subsequence. */
function commonSubsequence(reference: readonly string[], candidate: readonly string[]): readonly number[] {
  const width = candidate.length + 1;
  const lengths = new Uint32Array((reference.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = 1; row <= reference.length; row++) {
    for (let column = 1; column <= candidate.length; column++) {
      lengths[row * width + column] =
        reference[row - 1] === candidate[column - 1]
          ? at(row - 1, column - 1) + 1
          : Math.max(at(row - 1, column), at(row, column - 1));
    }
  }
  const places: number[] = [];
  let [row, column] = [reference.length, candidate.length];
  while (row > 0 && column > 0) {
    if (reference[row - 1] === candidate[column - 1]) {
      places.push(row - 1);
      row -= 1;
      column -= 1;
      // Which way out of equal ones is taken decides what the union of several sentences is.
    } else if (at(row, column - 1) > at(row - 1, column)) column -= 1;
    else row -= 1;
  }
  return places.toReversed();
}

/** Words of the reference that are in a common subsequence with any sentence of the candidate, none counted more often than either side has it. */
function summaryHits(candidate: readonly string[][], reference: readonly string[][]): number {
  const left = countTokens(candidate.flat());
  const right = countTokens(reference.flat());
  let hits = 0;
  for (const sentence of reference) {
    const places = new Set(candidate.flatMap((other) => commonSubsequence(sentence, other)));
    for (const place of [...places].toSorted((a, b) => a - b)) {
      const word = sentence[place] ?? '';
      const [own, other] = [left.get(word) ?? 0, right.get(word) ?? 0];
      if (own === 0 || other === 0) continue;
      hits += 1;
      left.set(word, own - 1);
      right.set(word, other - 1);
    }
  }
  return hits;
}
