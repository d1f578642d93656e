import { ReferenceGrams, remembered, splitWords } from './n-grams.ts';
import { checkAnswers, type ScoredAnswer, type TextMetric } from './text-metric.ts';

/** Longest run of characters. */
const CHARACTER_ORDER = 6;
/** Recall counts so many times as much as precision. */
const BETA = 2;

/** Options of chrF; the defaults are those of sacrebleu. */
export interface ChrfOptions {
  /** Longest run of words that counts as well: 0 = chrF, 2 = chrF++. @default 0 */
  readonly wordOrder?: 0 | 1 | 2 | undefined;
  /** @default false */
  readonly lowercase?: boolean | undefined;
}

/** For each order: n-grams of the answer, of the reference, and in common. */
type Counts = readonly (readonly [own: number, reference: number, common: number])[];

/** chrF of one answer (Popović 2015), from 0 to 100, as `sentence_chrf` of sacrebleu; of several references the best counts. */
export function sentenceChrf(answer: ScoredAnswer, options: ChrfOptions = {}): number {
  checkAnswers([answer]);
  return fScore(counter(options)(answer));
}

/** chrF of all answers together, from 0 to 100, as `corpus_chrf` of sacrebleu. */
export function corpusChrf(answers: readonly ScoredAnswer[], options: ChrfOptions = {}): number {
  checkAnswers(answers);
  const each = answers.map(counter(options));
  return fScore(
    (each[0] ?? []).map((_, order) => {
      const sum = (part: 0 | 1 | 2) => each.reduce((total, counts) => total + (counts[order]?.[part] ?? 0), 0);
      return [sum(0), sum(1), sum(2)] as const;
    }),
  );
}

/** chrF of each answer, or chrF++ with `wordOrder: 2`; `corpus` is that of all together. */
export function chrfMetric(options: ChrfOptions = {}): TextMetric {
  const { wordOrder = 0, lowercase = false } = options;
  return {
    name: `chrf${'+'.repeat(wordOrder)}`,
    signature: `chrf${BETA}${'+'.repeat(wordOrder)}|refs:best|case:${lowercase ? 'lc' : 'mixed'}|eff:yes|nc:${CHARACTER_ORDER}|nw:${wordOrder}|space:no|like:sacrebleu-2.6.0`,
    range: [0, 100],
    async score(answers) {
      checkAnswers(answers);
      return answers.map(counter(options)).map(fScore);
    },
    corpus: (answers) => corpusChrf(answers, options),
  };
}

/** Counts of answers; the grams of a reference are counted once for all of them. */
function counter(options: ChrfOptions): (answer: ScoredAnswer) => Counts {
  const gramsOf = remembered((reference: string) => {
    const { characters, words } = tokensOf(reference, options);
    return [
      new ReferenceGrams([characters], CHARACTER_ORDER),
      new ReferenceGrams([words], options.wordOrder ?? 0),
    ] as const;
  });
  return ({ candidate, references }) => {
    const { characters, words } = tokensOf(candidate, options);
    let [best, bestScore]: [Counts, number] = [[], -1];
    for (const reference of references) {
      const [ofCharacters, ofWords] = gramsOf(reference);
      const counts = [...countsOf(characters, ofCharacters), ...countsOf(words, ofWords)];
      const score = fScore(counts);
      if (score > bestScore) [best, bestScore] = [counts, score];
    }
    return best;
  };
}

function countsOf<TOKEN extends string | number>(tokens: readonly TOKEN[], reference: ReferenceGrams<TOKEN>): Counts {
  const { totals } = reference;
  return reference.commonWith(tokens).map((common, index) => {
    const known = totals[index] ?? 0;
    // An order that the reference is too short for does not count.
    return [known === 0 ? 0 : Math.max(0, tokens.length - index), known, common] as const;
  });
}

function tokensOf(text: string, { wordOrder = 0, lowercase = false }: ChrfOptions) {
  const words = splitWords(lowercase ? text.toLowerCase() : text);
  return { characters: codePointsOf(words.join('')), words: wordOrder === 0 ? [] : words.flatMap(splitPunctuation) };
}

function codePointsOf(text: string): number[] {
  const points: number[] = [];
  for (let place = 0; place < text.length; place++) {
    const point = text.codePointAt(place) ?? 0;
    points.push(point);
    // A pair of surrogates is one.
    if (point > 0xffff) place += 1;
  }
  return points;
}

/** A mark of ASCII at the end of a word, or else at its beginning, is a word of its own. */
function splitPunctuation(word: string): readonly string[] {
  const characters = [...word];
  if (characters.length < 2) return [word];
  if (PUNCTUATION.test(characters.at(-1) ?? '')) return [characters.slice(0, -1).join(''), characters.at(-1) ?? ''];
  return PUNCTUATION.test(characters[0] ?? '') ? [characters[0] ?? '', characters.slice(1).join('')] : [word];
}

const PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/** F score of the mean precision and the mean recall over the orders that both have. */
function fScore(counts: Counts): number {
  const known = counts.filter(([own, reference]) => own > 0 && reference > 0);
  if (known.length === 0) return 0;
  const mean = (numberOf: (count: Counts[number]) => number) =>
    known.reduce((sum, count) => sum + numberOf(count), 0) / known.length;
  const precision = mean(([own, , common]) => common / own);
  const recall = mean(([, reference, common]) => common / reference);
  if (precision + recall === 0) return 0;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}
