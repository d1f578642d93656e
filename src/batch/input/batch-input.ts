/** Where reading can begin, in a form that JSON keeps. Only the input that gave it understands it. */
export type InputPosition = Readonly<Record<string, number>>;

/** What identifies the content of an input, by names for messages: such as `bytes` and `sha256`. */
export type Fingerprint = Readonly<Record<string, string | number>>;

/** One item of the input: a record, or why there is none. */
export type InputItem<RECORD> = {
  /** Of all items, from 0. */
  readonly index: number;
  /** The item's own id; undefined where it has none. */
  readonly id: string | number | undefined;
  /** For the output, where it has no id of its own. */
  readonly fallbackId: string | number;
  /** For messages, such as `questions.jsonl, line 12`. */
  readonly place: string;
  /** Where reading can begin with this item; undefined where it cannot. */
  readonly position?: InputPosition | undefined;
} & ({ readonly record: RECORD } | { readonly error: Error });

/** What a job reads. The same items come in the same order, however often they are read. */
export interface BatchInput<RECORD> {
  /**
   * Throws where it cannot be an input. Asked before anything is made for the job.
   *
   * @param known Of the input that it should be: throws also where it is another one, as far as that shows without reading
   * it, and where it has changed since it was last asked so.
   */
  check?(known?: Fingerprint): Promise<void>;
  /**
   * Identifies the content. Is asked at every start, so it should be cheap where nothing has changed.
   *
   * @param cacheFile Where facts may be kept that make it cheap, such as times of files.
   */
  fingerprint(cacheFile: string): Promise<Fingerprint>;
  /** The items, all or from one on. */
  read(from?: { readonly index: number; readonly position: InputPosition }): AsyncIterable<InputItem<RECORD>>;
}
