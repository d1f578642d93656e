/** A document as it was read. */
export interface StoredDocument {
  /** JSON; undefined where there is none. */
  readonly text: string | undefined;
  /** Changes with every write. */
  readonly version: string;
  /** The time by the clock of the store, in milliseconds, which is the same for all who read it. */
  readonly now: number;
}

/** Small JSON documents that several processes share, in Redis or PostgreSQL. */
export interface DocumentStore {
  read(name: string): Promise<StoredDocument>;
  /**
   * Writes a document, or removes it, unless somebody else has written it since it was read.
   *
   * @param text undefined removes it.
   * @returns false where somebody else has.
   */
  replace(name: string, text: string | undefined, version: string): Promise<boolean>;
}

/** Documents within this process. */
export class MemoryDocuments implements DocumentStore {
  readonly #documents = new Map<string, { readonly text: string | undefined; readonly version: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async read(name: string): Promise<StoredDocument> {
    const { text, version = 0 } = this.#documents.get(name) ?? {};
    return { text, version: String(version), now: this.#now() };
  }

  async replace(name: string, text: string | undefined, version: string): Promise<boolean> {
    const before = this.#documents.get(name)?.version ?? 0;
    if (String(before) !== version) return false;
    this.#documents.set(name, { text, version: before + 1 });
    return true;
  }
}
