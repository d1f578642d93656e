import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';

/** A sequence of tokens, as a network reads it. */
export interface Sequence {
  readonly ids: readonly number[];
  /** Which part each token belongs to, for networks that read it. */
  readonly types: readonly number[];
  /** Positions whose hidden states the head reads. */
  readonly headPositions: readonly number[];
  /** True where tokens were left out. */
  readonly truncated: boolean;
}

/** Tokens of a text, some left out in its middle if need be. */
export interface KeptTokens {
  readonly ids: readonly number[];
  readonly truncated: boolean;
}

/** Share of what is kept that is the beginning; the rest is the end. */
const HEAD_SHARE = 2 / 3;

/** The first and the last of the tokens, `most` in all. */
export function keepEnds({ ids, truncated }: KeptTokens, most: number): KeptTokens {
  if (ids.length <= most) return { ids, truncated };
  const head = Math.ceil(most * HEAD_SHARE);
  return { ids: [...ids.slice(0, head), ...ids.slice(ids.length - (most - head))], truncated: true };
}

/** A token is rarely longer than this many UTF-16 units, so longer texts are cut before they are tokenized. */
const MAX_UNITS_PER_TOKEN = 16;

/** A part of a text, or a special token with its id. */
export interface TextPiece {
  readonly text: string;
  readonly specialId?: number;
}

/**
 * Texts to token ids with the `tokenizer.json` of a checkpoint, without the special tokens around them. No text can
 * write a special token: where one of the tokenizer's added tokens stands in it literally, a space breaks it up, and one
 * that the tokenizer's own normalisation makes all the same becomes the unknown token.
 */
export class TextTokens {
  readonly #tokenizer: Tokenizer;
  readonly #specialTokens: ReadonlyMap<string, number>;
  readonly #specialIds: ReadonlySet<number>;
  readonly #unknown: number;
  readonly #normalize: (text: string) => string;

  /** @throws Error where the tokenizer cannot be used. */
  constructor(tokenizer: object) {
    this.#tokenizer = new Tokenizer(tokenizer, {});
    const added = [...this.#tokenizer.get_added_tokens_decoder()];
    // Some tokenizers add runs of spaces, which are ordinary text.
    this.#specialTokens = new Map(
      added.map(([id, { content }]) => [content, id] as const).filter(([text]) => text.trim() !== ''),
    );
    this.#specialIds = new Set(this.#specialTokens.values());
    this.#unknown = this.firstOf('[UNK]', '<unk>') ?? 0;
    this.#normalize = bertNormalization(tokenizer);
  }

  /** The id of the first of these tokens that there is. */
  firstOf(...tokens: readonly string[]): number | undefined {
    return tokens.map((token) => this.#tokenizer.token_to_id(token)).find((id) => id !== undefined);
  }

  /** The same, where one of them must be there. @throws Error */
  idOf(...tokens: readonly string[]): number {
    const id = this.firstOf(...tokens);
    if (id === undefined) throw new Error(`the tokenizer has none of the tokens ${tokens.join(', ')}.`);
    return id;
  }

  /**
   * Tokens of a text. Far more characters than `most` tokens can hold lose their middle first.
   *
   * @param prefix a special token written right before the text, as the networks were trained; it is not in the result.
   */
  encode(text: string, most: number, prefix = ''): KeptTokens {
    const units = most * MAX_UNITS_PER_TOKEN;
    const truncated = text.length > 2 * units;
    const cut = truncated ? `${text.slice(0, units)} ${text.slice(-units)}` : text;
    const { ids } = this.#tokenizer.encode(prefix + this.#normalize(this.#breakSpecialTokens(cut.toWellFormed())), {
      add_special_tokens: false,
    });
    const withoutPrefix = prefix === '' ? ids : ids.slice(1);
    return { ids: withoutPrefix.map((id: number) => (this.#specialIds.has(id) ? this.#unknown : id)), truncated };
  }

  /** Cuts a template at the special tokens in it, which become pieces of their own. */
  splitAtSpecialTokens(text: string): readonly TextPiece[] {
    let pieces: readonly TextPiece[] = [{ text }];
    for (const [content, specialId] of this.#specialTokens) {
      pieces = pieces.flatMap((piece) =>
        piece.specialId !== undefined
          ? [piece]
          : piece.text
              .split(content)
              .flatMap((part, index): TextPiece[] => [
                ...(index === 0 ? [] : [{ text: content, specialId }]),
                ...(part === '' ? [] : [{ text: part }]),
              ]),
      );
    }
    return pieces;
  }

  #breakSpecialTokens(text: string): string {
    let safe = text;
    for (const token of this.#specialTokens.keys())
      safe = safe.replaceAll(token, `${token.slice(0, 1)} ${token.slice(1)}`);
    return safe;
  }
}

const normalizerOfBert = z.object({
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    lowercase: z.boolean(),
    handle_chinese_chars: z.boolean(),
  }),
});

/**
 * What the library leaves out of BERT's normalisation: Chinese characters beyond the first 65,536 stand alone as well, and
 * lower case looks at one letter at a time, so that a sigma at the end of a word is no other letter.
 */
function bertNormalization(tokenizer: object): (text: string) => string {
  const known = normalizerOfBert.safeParse(tokenizer);
  if (!known.success) return (text) => text;
  const { lowercase, handle_chinese_chars: separatesChinese } = known.data.normalizer;
  return (text) => {
    const separated = separatesChinese ? text.replaceAll(/[\u{20000}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu, ' $& ') : text;
    return lowercase ? separated.replaceAll('Σ', 'σ') : separated;
  };
}
