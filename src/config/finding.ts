/** Something that is wrong with a configuration, by the keys and indices that lead to it. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  /** A sentence: what is expected, and a hint. */
  readonly message: string;
}
