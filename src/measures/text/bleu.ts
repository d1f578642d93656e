import { type BleuTokenizer, bleuTokens } from './bleu-tokens.ts';
import { ReferenceGrams, remembered } from './n-grams.ts';
import { checkAnswers, type ScoredAnswer, type TextMetric } from './text-metric.ts';

/** Longest run of tokens. */
const ORDER = 4;

/** How a precision of 0 is smoothed: halved with each order (`exp`), 0.1 in place of 0 matches (`floor`), one match more (`add-k`), or not. */
export type BleuSmoothing = 'exp' | 'floor' | 'add-k' | 'none';

/** Options of BLEU; the defaults are those of sacrebleu. */
export interface BleuOptions {
  /** @default 13a */
  readonly tokenizer?: BleuTokenizer | undefined;
  /** @default exp */
  readonly smoothing?: BleuSmoothing | undefined;
  /** @default false */
  readonly lowercase?: boolean | undefined;
}

/** What BLEU is computed of; those of several answers can be summed. */
interface Counts {
  readonly matches: readonly number[];
  readonly totals: readonly number[];
  readonly ownLength: number;
  readonly referenceLength: number;
}

/** BLEU of all answers together (Papineni et al. 2002), from 0 to 100, as `corpus_bleu` of sacrebleu. */
export function corpusBleu(answers: readonly ScoredAnswer[], options: BleuOptions = {}): number {
  checkAnswers(answers);
  const each = answers.map(counter(options));
  const sum = (numberOf: (counts: Counts) => number) => each.reduce((total, counts) => total + numberOf(counts), 0);
  const orders = Array.from({ length: ORDER }, (_, index) => index);
  return bleuOf(
    {
      matches: orders.map((order) => sum(({ matches }) => matches[order] ?? 0)),
      totals: orders.map((order) => sum(({ totals }) => totals[order] ?? 0)),
      ownLength: sum(({ ownLength }) => ownLength),
      referenceLength: sum(({ referenceLength }) => referenceLength),
    },
    options.smoothing,
    false,
  );
}

/** BLEU of one answer, from 0 to 100, as `sentence_bleu` of sacrebleu: short answers are held to the orders they have. */
export function sentenceBleu(answer: ScoredAnswer, options: BleuOptions = {}): number {
  checkAnswers([answer]);
  return bleuOf(counter(options)(answer), options.smoothing, true);
}

/** BLEU of each answer; `corpus` is that of all together. */
export function bleuMetric(options: BleuOptions = {}): TextMetric {
  const { tokenizer = '13a', smoothing = 'exp', lowercase = false } = options;
  const smooth = smoothing === 'floor' ? 'floor[0.10]' : smoothing === 'add-k' ? 'add-k[1.00]' : smoothing;
  return {
    name: 'bleu',
    signature: `bleu|case:${lowercase ? 'lc' : 'mixed'}|eff:yes(corpus:no)|tok:${tokenizer}|smooth:${smooth}|like:sacrebleu-2.6.0`,
    range: [0, 100],
    async score(answers) {
      checkAnswers(answers);
      return answers.map(counter(options)).map((counts) => bleuOf(counts, smoothing, true));
    },
    corpus: (answers) => corpusBleu(answers, options),
  };
}

/** Counts of answers; references are counted once for all answers that share them. */
function counter(options: BleuOptions): (answer: ScoredAnswer) => Counts {
  const { tokenizer = '13a', lowercase = false } = options;
  const tokensOf = (text: string) => bleuTokens(lowercase ? text.toLowerCase() : text, tokenizer);
  const gramsOf = remembered((references: readonly string[]) => {
    const tokens = references.map(tokensOf);
    return { grams: new ReferenceGrams(tokens, ORDER), lengths: tokens.map(({ length }) => length) };
  });
  return ({ candidate, references }) => {
    const own = tokensOf(candidate);
    const { grams, lengths } = gramsOf(references);
    return {
      matches: grams.commonWith(own),
      totals: Array.from({ length: ORDER }, (_, index) => Math.max(0, own.length - index)),
      ownLength: own.length,
      referenceLength: closestLength(own.length, lengths),
    };
  };
}

/** Of the reference closest in length, the shorter of two equally close. */
function closestLength(length: number, references: readonly number[]): number {
  return references.reduce((best, other) => {
    const [gap, bestGap] = [Math.abs(length - other), Math.abs(length - best)];
    return gap < bestGap || (gap === bestGap && other < best) ? other : best;
  });
}

/** @param isSentence leaves out orders that the answer is too short for. */
function bleuOf(counts: Counts, smoothing: BleuSmoothing = 'exp', isSentence: boolean): number {
  const { matches, totals, ownLength, referenceLength } = counts;
  if (matches.every((count) => count === 0)) return 0;
  const logs = Array.from({ length: ORDER }, () => LOG_OF_ZERO);
  let [orders, halvings] = [ORDER, 1];
  for (let order = 0; order < ORDER; order++) {
    const extra = smoothing === 'add-k' && order > 0 ? 1 : 0;
    const [matched, total] = [(matches[order] ?? 0) + extra, (totals[order] ?? 0) + extra];
    if (total === 0) break;
    if (isSentence) orders = order + 1;
    if (matched === 0 && smoothing === 'exp') halvings *= 2;
    const smoothed = matched > 0 ? matched : smoothing === 'exp' ? 1 / halvings : smoothing === 'floor' ? 0.1 : 0;
    if (smoothed > 0) logs[order] = Math.log((100 * smoothed) / total);
  }
  const brevity = ownLength < referenceLength ? Math.exp(1 - referenceLength / ownLength) : 1;
  return brevity * Math.exp(logs.slice(0, orders).reduce((sum, log) => sum + log, 0) / orders);
}

/** As sacrebleu has it: so low that the result is 0. */
const LOG_OF_ZERO = -9_999_999_999;
