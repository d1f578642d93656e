import type { PromptIndex, PromptRow } from './prompt-rows.ts';

/** How a comparison of two answers may end. Both may be equally good, or equally bad. */
export const OUTCOMES = ['left', 'right', 'tie', 'both-bad'] as const;

/** @see OUTCOMES */
export type Outcome = (typeof OUTCOMES)[number];

/** One judgement of two answers to a prompt. A pair that was asked in both orders is two verdicts. */
export interface Verdict extends PromptRow {
  /** Names of the models. The left answer was shown first. */
  readonly left: string;
  readonly right: string;
  readonly outcome: Outcome;
  /** Lengths of the answers, all in one unit, such as characters. Without them nothing is said about length. */
  readonly leftLength?: number | undefined;
  readonly rightLength?: number | undefined;
}

/** Points of the left side: 1 for a win, 0.5 for either kind of tie, 0 for a loss. */
export function leftPoints(outcome: Outcome): number {
  return outcome === 'left' ? 1 : outcome === 'right' ? 0 : 0.5;
}

/** Verdicts by columns, which take a small part of the memory of objects. */
export class VerdictTable {
  readonly #prompts = new Map<string | number, number>();
  readonly #names = new Map<string, number>();
  #length = 0;
  #whole = new Int32Array(3 * FIRST_ROWS);
  #lengths = new Float64Array(2 * FIRST_ROWS);
  #outcomes = new Uint8Array(FIRST_ROWS);

  static of(verdicts: readonly Verdict[] | VerdictTable): VerdictTable {
    if (verdicts instanceof VerdictTable) return verdicts;
    const table = new VerdictTable();
    for (const verdict of verdicts) table.add(verdict);
    return table;
  }

  add({ prompt, left, right, outcome, leftLength, rightLength }: Verdict): void {
    const row = this.#length;
    if (row === this.#outcomes.length) this.#grow();
    this.#whole[3 * row] = placeIn(this.#prompts, prompt);
    this.#whole[3 * row + 1] = placeIn(this.#names, left);
    this.#whole[3 * row + 2] = placeIn(this.#names, right);
    this.#lengths[2 * row] = leftLength ?? Number.NaN;
    this.#lengths[2 * row + 1] = rightLength ?? Number.NaN;
    this.#outcomes[row] = OUTCOMES.indexOf(outcome);
    this.#length += 1;
  }

  #grow(): void {
    const [whole, lengths, outcomes] = [this.#whole, this.#lengths, this.#outcomes];
    this.#whole = new Int32Array(2 * whole.length);
    this.#lengths = new Float64Array(2 * lengths.length);
    this.#outcomes = new Uint8Array(2 * outcomes.length);
    this.#whole.set(whole);
    this.#lengths.set(lengths);
    this.#outcomes.set(outcomes);
  }

  /** In their order. */
  *verdicts(): Generator<Verdict, void> {
    const [prompts, names] = [[...this.#prompts.keys()], this.names];
    const known = (length: number) => (Number.isNaN(length) ? undefined : length);
    for (let row = 0; row < this.#length; row++) {
      yield {
        prompt: prompts[this.promptOf(row)] ?? '',
        left: names[this.leftOf(row)] ?? '',
        right: names[this.rightOf(row)] ?? '',
        outcome: this.outcomeOf(row),
        leftLength: known(this.leftLength(row)),
        rightLength: known(this.rightLength(row)),
      };
    }
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Names of the models, in the order of their first verdicts. */
  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** How many prompts there are. */
  get prompts(): number {
    return this.#prompts.size;
  }

  get index(): PromptIndex {
    const promptOf = Int32Array.from({ length: this.#length }, (_, row) => this.promptOf(row));
    return { prompts: this.prompts, promptOf };
  }

  /** Place of the prompt among the different ones, in the order of their first verdicts. */
  promptOf(row: number): number {
    return this.#whole[3 * row] ?? 0;
  }

  /** Place of the left model among the names. */
  leftOf(row: number): number {
    return this.#whole[3 * row + 1] ?? 0;
  }

  rightOf(row: number): number {
    return this.#whole[3 * row + 2] ?? 0;
  }

  outcomeOf(row: number): Outcome {
    return OUTCOMES[this.#outcomes[row] ?? 0] ?? 'left';
  }

  /** Length of the left answer; NaN where it is not known. */
  leftLength(row: number): number {
    return this.#lengths[2 * row] ?? Number.NaN;
  }

  rightLength(row: number): number {
    return this.#lengths[2 * row + 1] ?? Number.NaN;
  }
}

const FIRST_ROWS = 64;

function placeIn<KEY>(places: Map<KEY, number>, key: KEY): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, places.size);
  return places.size - 1;
}
