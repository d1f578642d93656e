/** A sequence of tokens, as a network reads it. */
export interface Sequence {
  readonly ids: readonly number[];
  /** Which part each token belongs to, for networks that are told. */
  readonly types: readonly number[];
  /** Positions whose hidden states the head reads. */
  readonly marks: readonly number[];
  /** True where tokens were left out. */
  readonly truncated: boolean;
}

/** Tokens of a text, some left out in its middle if need be. */
export interface KeptTokens {
  readonly ids: readonly number[];
  readonly truncated: boolean;
}

/** Share of what is kept that is the beginning; the rest is the end. */
const HEAD_SHARE = 2 / 3;

/** The first and the last of the tokens, `most` in all. */
export function keepEnds({ ids, truncated }: KeptTokens, most: number): KeptTokens {
  if (ids.length <= most) return { ids, truncated };
  const head = Math.ceil(most * HEAD_SHARE);
  return { ids: [...ids.slice(0, head), ...ids.slice(ids.length - (most - head))], truncated: true };
}
