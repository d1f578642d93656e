/** Less than what was too much, since tokens are estimated. */
const CAUTION = 0.8;

/** What a provider has said of how much it takes. */
interface Room {
  /** Most tokens that may wait there: as far as is known now, and as it has named. */
  tokens: number;
  readonly named: number;
  /** Most tokens of one batch. */
  size: number;
}

/** How much providers take of a model at once, as far as they have said so. */
export class ProviderRoom {
  readonly #rooms = new Map<string, Room>();

  /** Most tokens of the prompts of one batch. */
  maxTokens(model: string): number {
    const { tokens, size } = this.#of(model);
    return Math.min(tokens, size);
  }

  /** Whether a batch is taken beside what waits there already. */
  has(model: string, { tokens, running }: { tokens: number; running: number }): boolean {
    return running === 0 || running + tokens <= this.#of(model).tokens;
  }

  /** So many tokens were too many to wait there together. */
  tooMuch(model: string, tokens: number, limit = Infinity): void {
    const room = this.#of(model);
    const named = Math.min(room.named, limit);
    this.#rooms.set(model, { ...room, named, tokens: Math.min(named, Math.floor(tokens * CAUTION)) });
  }

  /** A batch of so many tokens was too large. */
  tooLarge(model: string, tokens: number): void {
    const room = this.#of(model);
    this.#rooms.set(model, { ...room, size: Math.min(room.size, Math.floor(tokens * CAUTION)) });
  }

  /** A batch is over: what others had waiting may be as well. */
  isOver(model: string): void {
    const room = this.#of(model);
    this.#rooms.set(model, { ...room, tokens: Math.min(room.named, room.tokens / CAUTION) });
  }

  #of(model: string): Room {
    return this.#rooms.get(model) ?? { tokens: Infinity, named: Infinity, size: Infinity };
  }
}
