import { Tokenizer } from '@huggingface/tokenizers';
import { Phrases } from './phrases.ts';
import type { RankerFolder } from './ranker-folder.ts';
import { Surface } from './surface.ts';

/** A candidate with its instruction, as the network reads it. */
export interface EncodedText {
  /** `[CLS] instruction [SEP] candidate [SEP]`. */
  readonly ids: readonly number[];
  /** How many of the ids are the instruction's, with both marks around it. */
  readonly instructionLength: number;
  /**
   * From the index `tailStart` on, positions are `gap` further: what was left out of a long candidate keeps its place,
   * as far as there are positions, so that the network sees how long a text is that it cannot see whole.
   */
  readonly tailStart: number;
  readonly gap: number;
  /** What the whole candidate looks like, in numbers, and what its phrases tell. @see Surface, Phrases */
  readonly surface: readonly number[];
  /** True where tokens were left out in the middle of a part. */
  readonly truncated: boolean;
}

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

/**
 * Texts to token ids, exactly as in training (`training/ranker/text.py`). Marker tokens in a text are plain text, since
 * the tokenizer of a ranker folder knows none.
 */
export class TextEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #config: RankerFolder['config'];
  readonly #surface: Surface;
  readonly #phrases: Phrases;

  constructor({ tokenizer, config, phrases }: Omit<RankerFolder, 'graph'>) {
    this.#tokenizer = new Tokenizer({ ...tokenizer, added_tokens: [] }, {});
    this.#config = config;
    this.#surface = new Surface(this.#tokenizer.get_vocab(false), config.marks.newline);
    this.#phrases = new Phrases(phrases);
  }

  /** The tokens kept of an instruction. */
  instruction(text: string): CutTokens {
    const { instruction_head: head, instruction_tail: tail } = this.#config.lengths;
    return this.#tokens(text, head, tail);
  }

  /** A candidate under an instruction. */
  candidate(instruction: CutTokens, text: string): EncodedText {
    const { answer_head: head, answer_tail: tail } = this.#config.lengths;
    const { cls, sep } = this.#config.marks;
    const answer = this.#tokens(text, head, tail);
    const ids = [cls, ...instruction.ids, sep, ...answer.ids, sep];
    const instructionLength = instruction.ids.length + 2;
    return {
      ids,
      instructionLength,
      tailStart: instructionLength + (answer.dropped > 0 ? head : 0),
      gap: Math.min(answer.dropped, this.#config.most_positions - ids.length),
      surface: [...this.#surface.measure(instruction.all, answer.all), this.#phrases.value(answer.all)],
      truncated: instruction.truncated || answer.truncated,
    };
  }

  #tokens(text: string, head: number, tail: number): CutTokens {
    const cut = cutCharacters(text, this.#config.most_characters);
    const all = this.#lines(cut);
    const dropped = Math.max(0, all.length - head - tail);
    return {
      all,
      ids: dropped > 0 ? [...all.slice(0, head), ...all.slice(-tail)] : all,
      dropped,
      truncated: dropped > 0 || cut !== text,
    };
  }

  /** All tokens, with a mark for the end of a line: two in a row at most, none at the beginning and the end. */
  #lines(text: string): number[] {
    const { newline } = this.#config.marks;
    const ids: number[] = [];
    for (const [index, line] of settle(text).split('\n').entries()) {
      const blank = ids.at(-1) === newline && ids.at(-2) === newline;
      if (index > 0 && ids.length > 0 && !blank) ids.push(newline);
      for (const id of this.#tokenizer.encode(line, { add_special_tokens: false }).ids) ids.push(id);
    }
    while (ids.at(-1) === newline) ids.pop();
    return ids;
  }
}

/** The first and the last half of `most` characters (code points, as Python counts them) of a longer text. */
function cutCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  // A character has one or two units; so many units at either end hold what is kept.
  if (text.length > 2 * most) {
    return [...characters(text.slice(0, most)).slice(0, half), ...characters(text.slice(-most)).slice(-half)].join('');
  }
  const all = characters(text);
  return all.length <= most ? text : [...all.slice(0, half), ...all.slice(-half)].join('');
}

function characters(text: string): readonly string[] {
  return [...text];
}

/**
 * Two things that tokenizers do differently in the two languages, settled before: Unicode's rule for a sigma at the end
 * of a word, and spaces around Chinese characters beyond the 16-bit range. Half surrogates are no characters.
 */
function settle(text: string): string {
  return text
    .replaceAll('Σ', 'σ')
    .toWellFormed()
    .replaceAll(/[\u{20000}-\u{3ffff}]/gu, ' $& ');
}
