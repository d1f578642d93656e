/** Random numbers that are the same in every run. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Of mean 0 and variance 1. */
  normal(): number;
  /** Of a gamma distribution with scale 1; `shape` of at least 1. */
  gamma(shape: number): number;
}

/** A generator with a seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  let spare: number | undefined;
  // Box and Muller 1958: two at a time.
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  // Marsaglia and Tsang 2000.
  const gamma = (shape: number) => {
    const scale = shape - 1 / 3;
    for (;;) {
      const deviate = normal();
      const cube = (1 + deviate / Math.sqrt(9 * scale)) ** 3;
      if (cube > 0 && Math.log(1 - uniform()) < deviate ** 2 / 2 + scale * (1 - cube + Math.log(cube)))
        return scale * cube;
    }
  };
  return { uniform, normal, gamma };
}
