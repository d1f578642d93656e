/** How often the same message is shown. */
const MAX_SHOWN = 5;

/** Counts messages that say the same, so that a mistake in every line of a long file does not fill the screen. */
export class RepeatedNotes {
  readonly #counts = new Map<string, number>();

  /** Whether a message is to be shown once more. */
  isShown(message: string): boolean {
    const count = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, count);
    return count <= MAX_SHOWN;
  }

  /** What was not shown, one line for each message. */
  get summary(): readonly string[] {
    return [...this.#counts].flatMap(([message, count]) =>
      count > MAX_SHOWN ? [`${count - MAX_SHOWN} more${message}`] : [],
    );
  }
}
