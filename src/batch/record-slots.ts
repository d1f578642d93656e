/** Records in work at once. Several runs may share them. */
export class RecordSlots {
  readonly count: number;
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.count = count;
    this.#free = count;
  }

  /** Takes one. Where none is free, `again` is called once there is. */
  take(again: () => void): boolean {
    if (this.#free === 0) {
      this.#waiting.add(again);
      return false;
    }
    this.#free -= 1;
    return true;
  }

  giveBack(): void {
    this.#free += 1;
    for (const again of this.#waiting) {
      if (this.#free === 0) return;
      this.#waiting.delete(again);
      again();
    }
  }

  /** For one who wants none any more. */
  leave(again: () => void): void {
    this.#waiting.delete(again);
  }
}
