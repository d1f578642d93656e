/** One row of a source before its fields are looked at: any JSON value, or why there is none. */
export type Row = RowPlace & ({ readonly value: unknown } | { readonly problem: string });

interface RowPlace {
  /** Of lines, items and rows alike, from 1. */
  readonly number: number;
  /** Bytes of the text up to the end of the row, where that is known. */
  readonly endOffset?: number;
}
