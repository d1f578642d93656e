import type { LlamaModel, Token } from 'node-llama-cpp';

/** Turns the tokens of an answer into the pieces of text that the caller sees, up to a stop sequence. */
export function createAnswerText(options: {
  model: Pick<LlamaModel, 'detokenize'>;
  /** Control tokens that have a text nevertheless. */
  marks: ReadonlyMap<Token, string>;
  before: readonly Token[];
  stopSequences: readonly string[];
  onDelta: (delta: string) => void;
}) {
  const { model, marks, before, stopSequences, onDelta } = options;
  const decoder = new TokenDecoder((tokens, special, last) => model.detokenize(tokens, special, last), before);
  const scanner = new StopScanner(stopSequences);
  const pass = (piece: string) => {
    const { text, stopped } = scanner.push(piece);
    if (text !== '') onDelta(text);
    return stopped;
  };
  return {
    /** Takes one token. True where a stop sequence is complete. */
    push(token: Token) {
      const mark = marks.get(token);
      return pass(mark === undefined ? decoder.push(token) : decoder.flush() + mark);
    },
    /** Passes on what was held back, as nothing more comes. */
    end() {
      if (pass(decoder.flush())) return;
      const rest = scanner.flush();
      if (rest !== '') onDelta(rest);
    },
  };
}

/** Turns tokens into text; see `LlamaModel.detokenize`. */
export type Detokenize = (tokens: readonly Token[], special: false, before: readonly Token[]) => string;

/** Tokens that one character can be split over at most: 4 bytes of UTF-8, one token each. */
const MAX_TOKENS_OF_A_CHARACTER = 4;

/** Tokens before the new ones that a detokenizer needs, to know whether a space belongs between them. */
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
    // It stands for an incomplete character. Past the tokens that one can have, the model wrote it itself.
    if (text.endsWith('\uFFFD') && this.#pending.length < MAX_TOKENS_OF_A_CHARACTER) return '';
    this.#before = [...this.#before, ...this.#pending].slice(-LOOK_BACK);
    this.#pending = [];
    return text;
  }

  /** The complete characters of the tokens still held back. */
  flush(): string {
    const text = this.#pending.length === 0 ? '' : this.#detokenize(this.#pending, false, this.#before);
    this.#pending = [];
    return text.replace(/\uFFFD+$/, '');
  }
}

/**
 * Watches a text that comes in pieces for stop sequences, also where one is split over pieces: text that may be the
 * beginning of a stop sequence is held back until it is decided.
 */
export class StopScanner {
  readonly #sequences: readonly string[];
  #held = '';

  constructor(sequences: readonly string[] = []) {
    this.#sequences = sequences.filter((sequence) => sequence !== '');
  }

  /** Takes the next piece; returns the text that can be shown, and whether a stop sequence follows it. */
  push(piece: string): { text: string; stopped: boolean } {
    this.#held += piece;
    const found = this.#sequences.map((sequence) => this.#held.indexOf(sequence)).filter((index) => index >= 0);
    if (found.length > 0) return { text: this.#take(Math.min(...found)), stopped: true };
    return { text: this.#take(this.#held.length - this.#undecided()), stopped: false };
  }

  /** The text still held back, once nothing more comes. */
  flush(): string {
    return this.#take(this.#held.length);
  }

  /** Length of the longest end of the held text that is the beginning of a stop sequence. */
  #undecided(): number {
    return Math.max(0, ...this.#sequences.map((sequence) => overlap(this.#held, sequence)));
  }

  #take(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text;
  }
}

/** Length of the longest proper beginning of `sequence` with which `text` ends. */
function overlap(text: string, sequence: string): number {
  let length = Math.min(text.length, sequence.length - 1);
  while (length > 0 && !text.endsWith(sequence.slice(0, length))) length -= 1;
  return length;
}
