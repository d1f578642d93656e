import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../../error/index.ts';
import type { Outcome } from '../../statistics/index.ts';
import { createRandom } from '../../util/random.ts';
import { type CandidateVerdict, gptRanks, ranksOf } from './gpt-rank.ts';
import { randomFootrule, rankAgreement } from './rank-agreement.ts';
import { setOverlap } from './set-overlap.ts';
import { summarizeRanks } from './top-k.ts';
import { type Encounter, winsAgainst } from './wins-against.ts';

const OUTCOMES: readonly Outcome[] = ['left', 'right', 'tie', 'both-bad'];

/** GPT-Rank as the original computes it: a matrix with 1 and -1 for a win, 0.5 or -0.5 twice for a tie, rows less columns. */
function byMatrix(candidates: number, verdicts: readonly CandidateVerdict[]): readonly number[] {
  const matrix = Array.from({ length: candidates }, () => Array.from({ length: candidates }, () => 0));
  const add = (row: number, column: number, value: number) => {
    const cells = matrix[row] ?? [];
    cells[column] = (cells[column] ?? 0) + value;
  };
  for (const { left, right, outcome } of verdicts) {
    const [own, other] = { left: [1, -1], right: [-1, 1], tie: [0.5, 0.5], 'both-bad': [-0.5, -0.5] }[outcome] as [
      number,
      number,
    ];
    add(left, right, own);
    add(right, left, other);
  }
  return matrix.map((row, i) => row.reduce((sum, value, j) => sum + value - (matrix[j]?.[i] ?? 0), 0));
}

function randomVerdicts(candidates: number, seed: number): readonly CandidateVerdict[] {
  const { uniform } = createRandom(seed);
  const verdicts: CandidateVerdict[] = [];
  for (let i = 0; i < candidates; i++) {
    for (let j = 0; j < i; j++) {
      const [left, right] = uniform() < 0.5 ? [i, j] : [j, i];
      verdicts.push({ left, right, outcome: OUTCOMES[Math.floor(uniform() * 4)] ?? 'tie' });
    }
  }
  return verdicts;
}

test('GPT-Rank is that of the original for any verdicts', () => {
  for (let seed = 0; seed < 200; seed++) {
    const candidates = 2 + (seed % 11);
    const verdicts = randomVerdicts(candidates, seed);
    const { scores, ranks, missingPairs } = gptRanks(candidates, verdicts);
    expect(scores).toEqual(byMatrix(candidates, verdicts).map((score) => score + 0));
    expect(ranks).toEqual(scores.map((own) => 1 + scores.filter((other) => other > own).length));
    expect(missingPairs).toBe(0);
  }
});

test('ties of both kinds change nothing, and equal scores share the better rank', () => {
  const wins: readonly CandidateVerdict[] = [
    { left: 0, right: 1, outcome: 'left' },
    { left: 2, right: 0, outcome: 'right' },
  ];
  const ranks = gptRanks(4, wins);
  expect(ranks).toEqual({ scores: [4, -2, -2, 0], ranks: [1, 3, 3, 2], missingPairs: 4 });
  for (const outcome of ['tie', 'both-bad'] as const) {
    const others = [
      [1, 2],
      [3, 0],
      [1, 3],
      [3, 2],
    ].map(([left = 0, right = 0]) => ({ left, right, outcome }));
    expect(gptRanks(4, [...wins, ...others])).toEqual({ ...ranks, missingPairs: 0 });
    expect(gptRanks(3, [{ left: 0, right: 1, outcome }])).toEqual({
      scores: [0, 0, 0],
      ranks: [1, 1, 1],
      missingPairs: 2,
    });
  }
  expect(gptRanks(1, [])).toEqual({ scores: [0], ranks: [1], missingPairs: 0 });
  expect(gptRanks(0, [])).toEqual({ scores: [], ranks: [], missingPairs: 0 });
});

test.each([[{ left: 0, right: 3 }], [{ left: -1, right: 0 }], [{ left: 1, right: 1 }], [{ left: 0.5, right: 1 }]])(
  'a verdict on %o of three candidates is refused',
  (places) => {
    expect(() => gptRanks(3, [{ ...places, outcome: 'left' }])).toThrow(InvalidArgumentError);
  },
);

test('ranks of scores', () => {
  expect(ranksOf([3, 1, 3, 2])).toEqual([1, 4, 1, 3]);
  expect(ranksOf([3, 1, 3, 2], 'lower')).toEqual([3, 1, 3, 2]);
  expect(ranksOf([Number.NaN, 1, 2])).toEqual([Number.NaN, 2, 1]);
});

test('the three rules for wins against a model', () => {
  const encounters: readonly (Encounter | undefined)[] = [
    ...Array.from({ length: 4 }, () => 'win' as const),
    ...Array.from({ length: 3 }, () => 'tie' as const),
    ...Array.from({ length: 2 }, () => 'both-bad' as const),
    ...Array.from({ length: 1 }, () => 'same-answer' as const),
    ...Array.from({ length: 10 }, () => 'loss' as const),
    undefined,
  ];
  const { rates, bothBad, ...counts } = winsAgainst(encounters);
  expect(rates.printed?.value).toBeCloseTo((4 + 3 + 2) / 20, 12);
  expect(rates.corrected?.value).toBeCloseTo((4 + 1.5 + 0.5) / 20, 12);
  expect(rates['half-tie']?.value).toBeCloseTo((4 + 1.5 + 1 + 0.5) / 20, 12);
  expect(bothBad?.value).toBeCloseTo(0.1, 12);
  expect(counts).toEqual({ encounters: 20, missing: 1 });
  expect(winsAgainst([undefined])).toEqual({
    rates: { printed: undefined, corrected: undefined, 'half-tie': undefined },
    bothBad: undefined,
    encounters: 0,
    missing: 1,
  });
});

test('mean rank and top-k, where ties share a rank', () => {
  const [first, second, none] = summarizeRanks([
    [1, 1, 3, 2, Number.NaN],
    [1, 3, 1, 1, 4],
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  ]);
  expect(first?.meanRank).toMatchObject({ value: 1.75, prompts: 4 });
  expect(first?.top[1]).toMatchObject({ value: 0.5, prompts: 4, method: 'wilson' });
  expect([1, 2, 3].map((k) => second?.top[k]?.value)).toEqual([0.6, 0.6, 0.8]);
  expect(none).toEqual({ meanRank: undefined, top: { 1: undefined, 2: undefined, 3: undefined } });
  expect(Object.keys(summarizeRanks([[1]], { ks: [5] })[0]?.top ?? {})).toEqual(['5']);
  expect(() => summarizeRanks([[1]], { ks: [0] })).toThrow(InvalidArgumentError);
});

// Figures of NumPy 2.4 and SciPy 1.17 with the functions of the original.
const RANKS = [
  [1, 2, 3, 4],
  [2, 1, 4, 3],
  [4, 3, 2, 1],
  [1, 3, 2, 4],
  [3, 1, 1, 4],
];
const REFERENCE = [
  [1, 2, 3, 4],
  [1, 1, 3, 4],
  [2, 4, 1, 3],
  [4, 3, 2, 1],
  [2, 1, 3, 4],
];
const PAPER = {
  pearson: 0.2667281503223299,
  spearman: 0.36655222617203975,
  footrule: 3.6,
  setBased: 0.675,
  spearmanPerExample: 0.3140640638812596,
};
test('agreement as in the paper', () => {
  const { perSlot, footrule, setOverlap: overlap, examples, perExample } = rankAgreement(RANKS, REFERENCE);
  expect(examples).toBe(5);
  expect(perSlot?.pearson.mean?.value).toBeCloseTo(PAPER.pearson, 10);
  expect(perSlot?.spearman.mean?.value).toBeCloseTo(PAPER.spearman, 10);
  expect(footrule?.value).toBeCloseTo(PAPER.footrule, 10);
  expect(overlap?.value).toBeCloseTo(PAPER.setBased, 10);
  expect(perExample.spearman.mean?.value).toBeCloseTo(PAPER.spearmanPerExample, 10);
});

test('examples of one prompt are one observation', () => {
  const twice = <ITEM>(items: readonly ITEM[]) => items.flatMap((item) => [item, item]);
  const once = rankAgreement(RANKS, REFERENCE);
  const clustered = rankAgreement(twice(RANKS), twice(REFERENCE), { prompts: twice([1, 2, 3, 4, 5]) });
  expect(clustered).toEqual({ ...once, examples: 10, perSlot: expect.anything(), perExample: expect.anything() });
  expect(clustered.perExample.spearman.mean).toEqual(once.perExample.spearman.mean);
  for (const kind of ['pearson', 'spearman'] as const) {
    const [own, other] = [clustered.perSlot?.[kind].mean, once.perSlot?.[kind].mean];
    expect(own?.low).toBeCloseTo(other?.low ?? Number.NaN, 1);
    expect(own?.high).toBeCloseTo(other?.high ?? Number.NaN, 1);
  }
  expect(() => rankAgreement(RANKS, REFERENCE, { prompts: [1] })).toThrow(InvalidArgumentError);
});

test('constant columns are named, and no figure is NaN', () => {
  const { perSlot, perExample } = rankAgreement(
    [
      [1, 1, 2],
      [1, 2, 3],
      [1, 3, 2],
    ],
    [
      [1, 2, 3],
      [1, 1, 1],
      [2, 3, 1],
    ],
  );
  expect(perSlot?.pearson.constant).toEqual([0]);
  expect(perSlot?.pearson.each[0]).toBeUndefined();
  expect(perSlot?.pearson.mean?.value).toBeGreaterThan(-1);
  expect(perExample.pearson.constant).toEqual([1]);
  expect(perExample.pearson.mean?.prompts).toBe(2);
  const nothing = rankAgreement([[1, 1]], [[1, 2]]);
  expect(nothing.perSlot?.pearson).toEqual({ mean: undefined, each: [undefined, undefined], constant: [0, 1] });
  expect(nothing.perExample.spearman).toEqual({ mean: undefined, each: [undefined], constant: [0] });
  expect(JSON.stringify(rankAgreement([], []))).not.toContain('null');
});

test('examples with different numbers of candidates have no figures by slot', () => {
  const {
    perSlot,
    footrule,
    randomFootrule: random,
  } = rankAgreement(
    [
      [1, 2],
      [3, 1, 2],
    ],
    [
      [2, 1],
      [3, 1, 2],
    ],
  );
  expect(perSlot).toBeUndefined();
  expect(footrule?.value).toBe(1);
  expect(random).toBeCloseTo((3 / 3 + 8 / 3) / 2, 12);
});

test('the footrule of a random order', () => {
  for (const count of [1, 2, 11, 12]) {
    const reference = Array.from({ length: count }, (_, place) => place + 1);
    expect(randomFootrule(reference)).toBeCloseTo((count ** 2 - 1) / 3, 10);
  }
  // All orders of three against a tie: distances of 1,2,3 in any order from 1, 1, 3.
  expect(randomFootrule([1, 1, 3])).toBeCloseTo((3 + 3 + 3) / 3, 12);
});

test('ranks that are not of the same candidates are refused', () => {
  expect(() => rankAgreement([[1, 2]], [[1]])).toThrow(InvalidArgumentError);
  expect(() => rankAgreement([[1, 2]], [])).toThrow(InvalidArgumentError);
  expect(() => rankAgreement([], [[1]])).toThrow(InvalidArgumentError);
  expect(() => rankAgreement([[Number.NaN]], [[1]])).toThrow(/ranks\[0\] NaN/);
});

test('overlap of the best k', () => {
  expect(setOverlap([1, 2, 3], [1, 2, 3])).toBe(1);
  // {a} and {c}: 0; {a, b} and {c, b}: 1/3; all: 1.
  expect(setOverlap([1, 2, 3], [3, 2, 1])).toBeCloseTo((0 + 1 / 3 + 1) / 3, 12);
  expect(setOverlap([1, 1], [1, 1])).toBe(1);
});
