import { expect, test } from 'vitest';
import { probabilityOf } from '../util/probability-of.ts';
import { createRandom, type Random } from '../util/random.ts';
import { rateModels } from './bradley-terry.ts';
import { calibration } from './calibration.ts';
import type { Interval } from './interval.ts';
import { judgeHabits } from './judge-habits.ts';
import { winRate } from './length-control.ts';
import { meanIntervals, shareInterval, shareIntervals } from './means.ts';
import { pairedDifference } from './paired-tests.ts';
import { tiedWithBest } from './tied-with-best.ts';
import type { Verdict } from './verdict.ts';

// Synthetic data of which the truth is known: 95 % intervals must hold it in about 95 % of many repetitions.

/** Share of `repetitions` whose interval holds the truth. */
function coverage(repetitions: number, truth: number, measure: (random: Random, seed: number) => Interval | undefined) {
  let held = 0;
  for (let seed = 1; seed <= repetitions; seed++) {
    const { low = Infinity, high = -Infinity } = measure(createRandom(seed * 7919), seed) ?? {};
    if (low <= truth && truth <= high) held += 1;
  }
  return held / repetitions;
}

const RESAMPLES = 200;

test.each([[5], [12], [40], [150]])('means of %i prompts', (prompts) => {
  // Ranks of 1 to 12, not symmetric: mean 4.5 by a distribution with more good ranks.
  const shares = Array.from({ length: 12 }, (_, place) => 12 - place);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const truth = shares.reduce((sum, share, place) => sum + share * (place + 1), 0) / total;
  const draw = ({ uniform }: Random) => {
    let left = uniform() * total;
    return shares.findIndex((share) => (left -= share) < 0) + 1;
  };
  const held = coverage(600, truth, (random) => {
    return meanIntervals([Array.from({ length: prompts }, () => draw(random))])[0];
  });
  expect(held).toBeGreaterThan(0.92);
  expect(held).toBeLessThan(0.985);
});

test.each([
  [8, 0.5],
  [20, 0.1],
  [60, 0.97],
  [200, 0.3],
  [300, 0.01],
])('shares of %i prompts at %d', (prompts, truth) => {
  const held = coverage(600, truth, ({ uniform }) => {
    const column = Array.from({ length: prompts }, () => Number(uniform() < truth));
    return shareIntervals([column])[0];
  });
  // Successes are whole numbers, so that coverage goes in steps around 95 %.
  expect(held).toBeGreaterThan(0.91);
});

test.each<[string, number, number, (random: Random) => number]>([
  // Mostly first, and now and then far behind.
  ['ranks', 1.5, 20, ({ uniform }) => [1, 1, 1, 1, 1, 1, 1, 1, 3, 4][Math.floor(10 * uniform())] ?? 0],
  ['lengths', Math.exp(0.5), 10, ({ normal }) => Math.exp(normal())],
  ['lengths', Math.exp(0.5), 50, ({ normal }) => Math.exp(normal())],
  // BLEU of answers of which most have no word in common with the reference.
  ['scores, most of them 0', 0.06, 20, ({ uniform }) => (uniform() < 0.7 ? 0 : -0.2 * Math.log(1 - uniform()))],
])('means of skewed %s, %d, of %i prompts', (_, truth, prompts, draw) => {
  const held = coverage(1000, truth, (random) => {
    return meanIntervals([Array.from({ length: prompts }, () => draw(random))])[0];
  });
  // Student's t holds 0.76 to 0.9 of them.
  expect(held).toBeGreaterThan(0.89);
});

test.each([
  [0.975, 20],
  [0.975, 40],
  [0.9, 10],
  [0.6, 40],
])('win rates of %d with eleven verdicts each on %i prompts, some of which are hard', (truth, prompts) => {
  const held = coverage(800, truth, (random) => {
    const shape = (share: number) => betaShape * share;
    const betaShape = 1.5;
    const rates = Array.from({ length: prompts }, () => {
      const [won, lost] = [smallGamma(random, shape(truth)), smallGamma(random, shape(1 - truth))];
      return won / (won + lost);
    });
    const sums = Float64Array.from(rates, (rate) => {
      return Array.from({ length: 11 }, () => Number(random.uniform() < rate)).reduce((sum, one) => sum + one, 0);
    });
    return shareInterval({ sums, counts: new Float64Array(prompts).fill(11) });
  });
  // With as many trials as the bootstrap's spread says it was 0.85 at 0.975.
  expect(held).toBeGreaterThan(0.91);
});

/** Gamma with a shape below 1 (Marsaglia and Tsang). */
function smallGamma({ gamma, uniform }: Random, shape: number): number {
  return gamma(shape + 1) * uniform() ** (1 / shape);
}

/** Win rates whose rows of one prompt belong together: 4 rows that mostly have the same winner. */
function clusteredRows({ uniform }: Random, prompts: number) {
  return Array.from({ length: prompts }, (_, prompt) => {
    const winner = Number(uniform() < 0.6);
    return Array.from({ length: 4 }, () => ({ prompt, points: uniform() < 0.8 ? winner : Number(uniform() < 0.6) }));
  }).flat();
}

test('win rates with several verdicts on a prompt, which count as one', () => {
  const held = coverage(
    400,
    0.6,
    (random, seed) => winRate(clusteredRows(random, 150), { seed, resamples: RESAMPLES })?.winRate,
  );
  expect(held).toBeGreaterThan(0.92);
  expect(held).toBeLessThan(0.98);
  // Taking the verdicts for independent would not do.
  const wrong = coverage(400, 0.6, (random, seed) => {
    const rows = clusteredRows(random, 150).map((row, index) => ({ ...row, prompt: index }));
    return winRate(rows, { seed, resamples: RESAMPLES })?.winRate;
  });
  expect(wrong).toBeLessThan(0.85);
});

/** A model of no more skill than the other, whose answers are longer, and a judge that likes long ones. */
function lengthRows({ uniform, normal }: Random, prompts: number, skill: number) {
  return Array.from({ length: prompts }, (_, prompt) => {
    const otherLength = 500 + 400 * uniform();
    const ownLength = Math.max(1, otherLength + 200 + 200 * normal());
    const odds = skill + 1.5 * Math.tanh((ownLength - otherLength) / 200);
    return { prompt, points: Number(uniform() < probabilityOf(odds)), ownLength, otherLength };
  });
}

test.each([[0], [0.7]])('win rates at equal length, true log-odds %d', (skill) => {
  const held = coverage(120, probabilityOf(skill), (random, seed) => {
    return winRate(lengthRows(random, 250, skill), { seed, resamples: RESAMPLES })?.lengthControlled;
  });
  expect(held).toBeGreaterThan(0.91);
  const result = winRate(lengthRows(createRandom(5), 2000, skill));
  expect(result?.winRate.value).toBeGreaterThan(probabilityOf(skill) + 0.08);
  expect(result?.lengthEffect?.low).toBeGreaterThan(0.5);
  expect(result?.ownLonger).toBeGreaterThan(0.8);
});

const STRENGTHS = { a: 0.8, b: 0.2, c: -0.1, d: -0.9 } as const;
const NAMES = Object.keys(STRENGTHS) as (keyof typeof STRENGTHS)[];

function gamesOf({ uniform }: Random, prompts: number): readonly Verdict[] {
  return Array.from({ length: prompts }, (_, prompt) =>
    NAMES.flatMap((left, i) =>
      NAMES.slice(i + 1).map((right): Verdict => {
        const won = uniform() < probabilityOf(STRENGTHS[left] - STRENGTHS[right]);
        return { prompt, left, right, outcome: won ? 'left' : 'right' };
      }),
    ),
  ).flat();
}

test.each(NAMES)('the rating of %s', (name) => {
  const truth = 1000 + (400 / Math.LN10) * STRENGTHS[name];
  const held = coverage(150, truth, (random, seed) => {
    const { models } = rateModels(gamesOf(random, 60), { seed, resamples: RESAMPLES });
    return models.find(({ model }) => model === name)?.rating;
  });
  expect(held).toBeGreaterThan(0.9);
});

test('paired differences, and how often equals are told apart', () => {
  let falseAlarms = 0;
  const held = coverage(400, 0, ({ normal }, seed) => {
    const shared = Array.from({ length: 30 }, () => 3 * normal());
    const [left, right] = [shared.map((value) => value + normal()), shared.map((value) => value + normal())] as [
      number[],
      number[],
    ];
    const result = pairedDifference(left, right, { seed, resamples: RESAMPLES, permutations: 400 });
    if ((result?.pValue ?? 1) < 0.05) falseAlarms += 1;
    return result?.difference;
  });
  expect(held).toBeGreaterThan(0.92);
  expect(falseAlarms / 400).toBeLessThan(0.08);
  // Paired, a small difference among large ones is found.
  const { normal } = createRandom(2);
  const shared = Array.from({ length: 100 }, () => 10 * normal());
  const better = shared.map((value) => value + 0.5 + normal());
  expect(pairedDifference(better, shared)?.pValue).toBeLessThan(0.001);
});

test('the truly best model is among those tied with the best', () => {
  let [missed, alone] = [0, 0];
  for (let seed = 1; seed <= 150; seed++) {
    const { normal } = createRandom(seed);
    const column = (mean: number) => Array.from({ length: 60 }, () => mean + normal());
    const equal = tiedWithBest([0, 0, 0, 0, 0, 0].map(column), { seed, resamples: 100, permutations: 300 });
    if (equal?.tied.includes(0) !== true) missed += 1;
    const clear = tiedWithBest([2, 0, 0.2].map(column), { seed, resamples: 100, permutations: 300 });
    if (clear?.tied.join() === '0') alone += 1;
  }
  expect(missed / 150).toBeLessThan(0.07);
  expect(alone).toBe(150);
});

test('habits of judges', () => {
  const { uniform } = createRandom(11);
  // A judge that takes the longer answer at 68 %, the first at 55 %, and its own more often than people do.
  const truth: Verdict[] = [];
  const judged = Array.from({ length: 1500 }, (_, prompt) => {
    const lengths = { own: 100 + 400 * uniform(), rival: 100 + 400 * uniform() };
    const bestIsOwn = uniform() < 0.5;
    const verdict = (left: 'own' | 'rival', right: 'own' | 'rival', ownWins: boolean): Verdict => ({
      prompt,
      left,
      right,
      outcome: ownWins === (left === 'own') ? 'left' : 'right',
      leftLength: lengths[left],
      rightLength: lengths[right],
    });
    truth.push(verdict('own', 'rival', bestIsOwn));
    const ownWins = bestIsOwn || uniform() < 0.3;
    const flips = uniform() < 0.13;
    return [verdict('own', 'rival', ownWins), verdict('rival', 'own', flips ? !ownWins : ownWins)];
  }).flat();
  const habits = judgeHabits(judged, { own: ['own'], reference: truth, resamples: RESAMPLES });
  expect(habits.flipRate.rate?.value).toBeCloseTo(0.13, 1);
  expect(habits.flipRate.of).toBe(1500);
  expect(habits.selfPreference?.byJudge?.winRate.value).toBeGreaterThan(0.58);
  expect(habits.selfPreference?.byReference?.value).toBeCloseTo(0.5, 1);
  expect(habits.selfPreference?.excess?.low).toBeGreaterThan(0.05);
  expect(habits.selfPreference?.sharedPairs).toBe(1500);
  const { low = 0, high = 0 } = habits.longerWins.rate ?? {};
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(0.5);
});

test('calibration of probabilities that can be taken at their word, and of those that cannot', () => {
  const { uniform } = createRandom(4);
  const rows = Array.from({ length: 4000 }, (_, prompt) => {
    const probability = uniform();
    return { prompt, probability, outcome: Number(uniform() < probability) };
  });
  const honest = calibration(rows, { resamples: RESAMPLES });
  expect(honest?.brier.value).toBeCloseTo(1 / 6, 1);
  expect(honest?.ece.value).toBeLessThan(0.03);
  for (const { meanProbability, observed } of honest?.bins ?? []) {
    expect(Math.abs((meanProbability ?? 0) - (observed?.share ?? 1))).toBeLessThan(0.07);
  }
  const loud = calibration(
    rows.map((row) => ({ ...row, probability: row.probability < 0.5 ? 0.01 : 0.99 })),
    { resamples: RESAMPLES },
  );
  // Right at 3 of 4, sure of 99 of 100.
  expect(loud?.ece.value).toBeCloseTo(0.24, 1);
  expect(loud?.ece.low).toBeGreaterThan(0.2);
});
