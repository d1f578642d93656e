/** Made inputs of the benchmarks: questions with answers of given lengths, the same in every run. */

const WORDS =
  'the model answer question water light time people number system small large first begin end because under between reason example simple change result about world energy paper house river green number plan work learn build compare better'.split(
    ' ',
  );

/** One question with its answers. */
export interface Pool {
  readonly instruction: string;
  readonly candidates: readonly string[];
}

/** A generator of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` pools of `size` answers of `least` to `most` words. */
export function makePools({
  count,
  size,
  least,
  most,
  seed,
}: {
  count: number;
  size: number;
  least: number;
  most: number;
  seed: number;
}): readonly Pool[] {
  const draw = random(seed);
  const word = () => WORDS[Math.floor(draw() * WORDS.length)] ?? 'the';
  const text = (words: number) => Array.from({ length: words }, word).join(' ');
  return Array.from({ length: count }, () => ({
    instruction: `${text(12)}?`,
    candidates: Array.from({ length: size }, () => `${text(least + Math.floor(draw() * (most - least + 1)))}.`),
  }));
}
