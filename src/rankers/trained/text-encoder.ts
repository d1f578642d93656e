import type { Tokenizer } from '@huggingface/tokenizers';
import { cutCharacters } from '../cut-characters.ts';
import { createPhrases } from './phrases.ts';
import type { RankerFolder } from './ranker-folder.ts';
import { createSurface } from './surface.ts';

/** A candidate with its instruction, as the network reads it. */
export interface EncodedText {
  /** `[CLS] instruction [SEP] candidate [SEP]`. */
  readonly ids: readonly number[];
  /** How many of the ids are the instruction's, with both special tokens around it. */
  readonly instructionLength: number;
  /**
   * From the index `tailStart` on, positions are `gap` further: what was left out of a long candidate keeps its place,
   * as far as there are positions, so that the network sees how long a text is that it cannot see whole.
   */
  readonly tailStart: number;
  readonly gap: number;
  /** The surface of the whole candidate in numbers, and the sum of its phrases. @see createSurface, createPhrases */
  readonly surface: readonly number[];
  /** True where tokens were left out in the middle of a part. */
  readonly truncated: boolean;
  /** True where the vocabulary has next to none of the candidate's words. */
  readonly unreadable: boolean;
}

/** From this share of such tokens on, the network reads next to nothing of a text. */
const UNREADABLE_SHARE = 0.5;

/** Tokens of a text, and how many were left out in its middle. */
export interface CutTokens {
  /** All of them. */
  readonly all: readonly number[];
  /** Those that the network reads. */
  readonly ids: readonly number[];
  readonly dropped: number;
  /** True where tokens, or characters before them, were left out. */
  readonly truncated: boolean;
}

/** Texts to token ids, exactly as in training (`training/ranker/text.py`). */
export function createTextEncoder({ tokenizer, config, phrases }: Omit<RankerFolder, 'graph'>) {
  const { cls, sep, newline } = config.specialTokens;
  const { instruction_head, instruction_tail, answer_head, answer_tail } = config.lengths;
  const vocabulary = tokenizer.get_vocab(false);
  const measureSurface = createSurface(vocabulary, newline);
  const wordless = new Set([...vocabulary].flatMap(([token, id]) => (isWordless(token) ? [id] : [])));
  const valueOfPhrases = createPhrases(phrases);
  /** The last one, since the candidates of an instruction come together. */
  let last: { readonly text: string; readonly tokens: CutTokens } | undefined;

  const tokensOf = (text: string, head: number, tail: number): CutTokens => {
    const cut = cutCharacters(text, config.maxCharacters);
    const all = tokenizeLines(tokenizer, cut, newline);
    const dropped = Math.max(0, all.length - head - tail);
    return {
      all,
      ids: dropped > 0 ? [...all.slice(0, head), ...all.slice(-tail)] : all,
      dropped,
      truncated: dropped > 0 || cut !== text,
    };
  };

  const isUnreadable = (tokens: readonly number[]) => {
    const words = tokens.filter((id) => id !== newline);
    return words.length > 0 && words.filter((id) => wordless.has(id)).length >= UNREADABLE_SHARE * words.length;
  };

  return {
    /** A candidate under an instruction. */
    encode(instructionText: string, text: string): EncodedText {
      if (last?.text !== instructionText) {
        last = { text: instructionText, tokens: tokensOf(instructionText, instruction_head, instruction_tail) };
      }
      const instruction = last.tokens;
      const answer = tokensOf(text, answer_head, answer_tail);
      const ids = [cls, ...instruction.ids, sep, ...answer.ids, sep];
      const instructionLength = instruction.ids.length + 2;
      return {
        ids,
        instructionLength,
        tailStart: instructionLength + (answer.dropped > 0 ? answer_head : 0),
        gap: Math.min(answer.dropped, config.maxPositions - ids.length),
        surface: [...measureSurface(instruction.all, answer.all), valueOfPhrases(answer.all)],
        truncated: instruction.truncated || answer.truncated,
        unreadable: isUnreadable(answer.all),
      };
    },
  };
}

/** An unknown word, or a letter of a script of which the vocabulary has letters alone and no words. */
function isWordless(token: string): boolean {
  return token === '[UNK]' || /^(##)?(?!\p{Script=Latin})\p{L}$/u.test(token);
}

/** All tokens, with one for the end of a line: two of these in a row at most, none at the beginning and the end. */
function tokenizeLines(tokenizer: Tokenizer, text: string, newline: number): number[] {
  const ids: number[] = [];
  for (const [index, line] of normalize(text).split('\n').entries()) {
    const blank = ids.at(-1) === newline && ids.at(-2) === newline;
    if (index > 0 && ids.length > 0 && !blank) ids.push(newline);
    for (const id of tokenizer.encode(line, { add_special_tokens: false }).ids) ids.push(id);
  }
  while (ids.at(-1) === newline) ids.pop();
  return ids;
}

/**
 * Does beforehand what the tokenizers of the two languages do differently: Unicode's rule for a sigma at the end of a
 * word, and spaces around Chinese characters beyond the 16-bit range. Half surrogates are no characters.
 */
function normalize(text: string): string {
  return text
    .replaceAll('Σ', 'σ')
    .toWellFormed()
    .replaceAll(/[\u{20000}-\u{3ffff}]/gu, ' $& ');
}
