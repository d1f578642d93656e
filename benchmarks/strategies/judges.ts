import { createRandom } from '../../src/util/random.ts';

/** What a judge says of a pool: `logits[i][j]` with i shown first. */
export type Judgements = readonly (readonly number[])[];

/** A judge that is simulated over known strengths. */
export interface SimulatedJudge {
  readonly name: string;
  /** What it judges by: the labels' log-odds, or the scores of the ranker that ships. */
  readonly truth: 'labels' | 'small';
  /** Its logit for a difference of 1. */
  readonly scale: number;
  /** Deviation of the noise of a pair, the same in both orders: what no strength explains, intransitive likings too. */
  readonly noise: number;
  /** Deviation of the noise of each order, and how much it likes what is shown first. */
  readonly orderNoise: number;
  readonly firstBonus: number;
  /** It says only -1, 0 and 1, and 0 below this. */
  readonly tieBelow?: number;
}

/** From nearly consistent to mostly noise; the last three answer with verdicts. */
export const JUDGES: readonly SimulatedJudge[] = [
  { name: 'small', truth: 'small', scale: 1, noise: 0, orderNoise: 0, firstBonus: 0 },
  { name: 'small + noise 0.7', truth: 'small', scale: 1, noise: 0.7, orderNoise: 0.2, firstBonus: 0.3 },
  { name: 'small + noise 1.5', truth: 'small', scale: 1, noise: 1.5, orderNoise: 0.2, firstBonus: 0.3 },
  { name: 'labels, noise 1', truth: 'labels', scale: 0.5, noise: 1, orderNoise: 0.3, firstBonus: 0.5 },
  { name: 'labels, noise 2', truth: 'labels', scale: 0.5, noise: 2, orderNoise: 0.3, firstBonus: 0.5 },
  {
    name: 'verdicts by labels, noise 1',
    truth: 'labels',
    scale: 0.5,
    noise: 1,
    orderNoise: 0.5,
    firstBonus: 0.5,
    tieBelow: 0.5,
  },
  {
    name: 'verdicts by small, noise 0.7',
    truth: 'small',
    scale: 1,
    noise: 0.7,
    orderNoise: 0.3,
    firstBonus: 0.3,
    tieBelow: 0.3,
  },
  {
    name: 'verdicts without ties, noise 0.3',
    truth: 'small',
    scale: 1,
    noise: 0.3,
    orderNoise: 0.3,
    firstBonus: 0.3,
    tieBelow: 0,
  },
];

/** Log-odds of a preference, which the labels round to 0 and 1 beyond four digits. */
export function labelStrength(preference: number): number {
  const share = Math.min(1 - 5e-5, Math.max(5e-5, preference));
  return Math.log(share / (1 - share));
}

/** The judge's answers on all ordered pairs, fixed by the seed: asked again it says the same. */
export function judgePool(judge: SimulatedJudge, strengths: readonly number[], seed: number): Judgements {
  const random = createRandom(seed);
  const logits = strengths.map(() => strengths.map(() => 0));
  const say = (logit: number) =>
    judge.tieBelow === undefined ? logit : Math.abs(logit) < judge.tieBelow ? 0 : Math.sign(logit);
  for (const [i, strength] of strengths.entries()) {
    for (let j = i + 1; j < strengths.length; j++) {
      const logit = judge.scale * (strength - (strengths[j] ?? 0)) + judge.noise * random.normal();
      for (const [first, second, sign] of [
        [i, j, 1],
        [j, i, -1],
      ] as const) {
        const row = logits[first];
        if (row !== undefined) row[second] = say(sign * logit + judge.firstBonus + judge.orderNoise * random.normal());
      }
    }
  }
  return logits;
}
