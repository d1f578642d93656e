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

  /** Takes the next piece; returns the text that can be shown, and whether a stop sequence stands right behind it. */
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
