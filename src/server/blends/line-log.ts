/** The parts of a session as lines of JSON, for everyone who reads them, however late. */
export class LineLog {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #bytes = 0;
  #isEnded = false;

  /** Of all lines together. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Nothing follows. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  append(line: string): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    this.#notify();
  }

  end(): void {
    this.#isEnded = true;
    this.#notify();
  }

  slice(from: number, to?: number): readonly string[] {
    return this.#lines.slice(from, to);
  }

  /** The lines after the first `after` that are there now. */
  async *read(after: number): AsyncGenerator<string> {
    yield* this.#lines.slice(after);
  }

  /** Calls at each change. @returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
