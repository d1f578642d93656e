import { Tokenizer } from '@huggingface/tokenizers';
import type { KeptTokens } from './sequence.ts';

/** A token is rarely longer than this many UTF-16 units, so longer texts are cut before they are tokenized. */
const MAX_UNITS_PER_TOKEN = 16;

/** A stretch of a text, or a mark with its id. */
export interface TextPiece {
  readonly text: string;
  readonly mark?: number;
}

/**
 * Texts to token ids with the `tokenizer.json` of a checkpoint, without the marks around them. No text can write a
 * mark: where one of the tokenizer's added tokens stands in it literally, a space breaks it up, and one that the
 * tokenizer's own clean-up makes all the same becomes the unknown token.
 */
export class TextTokens {
  readonly #tokenizer: Tokenizer;
  readonly #marks: ReadonlyMap<string, number>;
  readonly #markIds: ReadonlySet<number>;
  readonly #unknown: number;

  /** @throws Error where the tokenizer cannot be used. */
  constructor(tokenizer: object) {
    this.#tokenizer = new Tokenizer(tokenizer, {});
    const added = [...this.#tokenizer.get_added_tokens_decoder()];
    // Some tokenizers add runs of spaces, which are ordinary text.
    this.#marks = new Map(
      added.map(([id, { content }]) => [content, id] as const).filter(([text]) => text.trim() !== ''),
    );
    this.#markIds = new Set(this.#marks.values());
    this.#unknown = this.firstOf('[UNK]', '<unk>') ?? 0;
  }

  /** The id of the first of these tokens that there is. */
  firstOf(...tokens: readonly string[]): number | undefined {
    return tokens.map((token) => this.#tokenizer.token_to_id(token)).find((id) => id !== undefined);
  }

  /**
   * Tokens of a text. Far more characters than `most` tokens can hold lose their middle first.
   *
   * @param prefix a mark written right before the text, as the networks were trained; it is not in the result.
   */
  encode(text: string, most: number, prefix = ''): KeptTokens {
    const units = most * MAX_UNITS_PER_TOKEN;
    const truncated = text.length > 2 * units;
    const cut = truncated ? `${text.slice(0, units)} ${text.slice(-units)}` : text;
    const { ids } = this.#tokenizer.encode(prefix + this.#defuse(cut.toWellFormed()), { add_special_tokens: false });
    const own = prefix === '' ? ids : ids.slice(1);
    return { ids: own.map((id: number) => (this.#markIds.has(id) ? this.#unknown : id)), truncated };
  }

  /** Cuts a text of ours at the marks in it, which become pieces of their own. */
  splitAtMarks(text: string): readonly TextPiece[] {
    let pieces: readonly TextPiece[] = [{ text }];
    for (const [content, mark] of this.#marks) {
      pieces = pieces.flatMap((piece) =>
        piece.mark !== undefined
          ? [piece]
          : piece.text
              .split(content)
              .flatMap((part, index): TextPiece[] => [
                ...(index === 0 ? [] : [{ text: content, mark }]),
                ...(part === '' ? [] : [{ text: part }]),
              ]),
      );
    }
    return pieces;
  }

  #defuse(text: string): string {
    let safe = text;
    for (const mark of this.#marks.keys()) safe = safe.replaceAll(mark, `${mark.slice(0, 1)} ${mark.slice(1)}`);
    return safe;
  }
}
