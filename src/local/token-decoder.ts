import type { Token } from 'node-llama-cpp';

/** Turns tokens into text; see `LlamaModel.detokenize`. */
export type Detokenize = (tokens: readonly Token[], special: false, before: readonly Token[]) => string;

/** Most tokens that one character can be split over: 4 bytes of UTF-8, one token each. */
const MOST_TOKENS_OF_A_CHARACTER = 4;

/** Tokens before the new ones that a detokenizer looks at, to know whether a space belongs between them. */
const LOOK_BACK = 3;

/** Turns tokens into text as they come, holding back characters whose bytes have not all arrived. */
export class TokenDecoder {
  readonly #detokenize: Detokenize;
  #before: readonly Token[];
  #pending: Token[] = [];

  /** @param before tokens the text goes on from, in the same text. */
  constructor(detokenize: Detokenize, before: readonly Token[] = []) {
    this.#detokenize = detokenize;
    this.#before = before.slice(-LOOK_BACK);
  }

  /** Takes one token and returns the text it completes, mostly its own, sometimes none. */
  push(token: Token): string {
    this.#pending.push(token);
    const text = this.#detokenize(this.#pending, false, this.#before);
    // The mark of an incomplete character. Past the most tokens one can have, it is what the model means to say.
    if (text.endsWith('\uFFFD') && this.#pending.length < MOST_TOKENS_OF_A_CHARACTER) return '';
    this.#before = [...this.#before, ...this.#pending].slice(-LOOK_BACK);
    this.#pending = [];
    return text;
  }

  /** What can be said of the tokens still held back: their complete characters. */
  flush(): string {
    const text = this.#pending.length === 0 ? '' : this.#detokenize(this.#pending, false, this.#before);
    this.#pending = [];
    return text.replace(/\uFFFD+$/, '');
  }
}
