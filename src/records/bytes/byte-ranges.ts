/** A file elsewhere of which any piece can be had. */
export interface ByteRanges {
  readonly bytes: number;
  /** Bytes from `start` up to, and not with, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
}
