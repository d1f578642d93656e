import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { rank } from '../../src/index.ts';
import { gptRanks, rankAgreement } from '../../src/measures/index.ts';
import type { Outcome } from '../../src/statistics/index.ts';

// Figures that the notebook of the original prints for the first eight examples of MixInstruct's test split. Neither the
// data nor the ranker of the paper is ours to ship: each test runs where the variable names a file.
const data = process.env['LLM_BLENDER_MIXINSTRUCT'];
const ranker = process.env['LLM_BLENDER_PAIR_RANKER'];

interface Example {
  readonly id: string;
  readonly instruction: string;
  readonly input: string;
  readonly candidates: readonly {
    readonly model: string;
    readonly text: string;
    readonly scores: { bartscore: number };
  }[];
  /** A JSON text, or what it says. */
  readonly cmp_results: unknown;
}

/** Mean BARTScore of each model, in the order of the candidates. */
const BART_SCORES = [
  -3.8071, -4.5505, -4.2063, -3.9364, -4.9341, -4.4329, -4.2022, -4.44, -3.5876, -3.7075, -4.1353, -4.2827,
];
const FIRST_RANKS = [1, 11, 4, 9, 12, 5, 2, 8, 6, 3, 10, 7];
/** Whether the first candidate beats the second. */
const FIRST_BEATS_SECOND = [true, true, false, true, false, true, true, true];
const AGREEMENT = { pearson: 0.56113, spearman: 0.39948, footrule: 24.25, setOverlap: 0.65433 };

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'A is better': 'left',
  'B is better': 'right',
  'Same good': 'tie',
  'Same bad': 'both-bad',
};

async function firstExamples(path: string): Promise<readonly Example[]> {
  const text = await readFile(path, 'utf8');
  const rows = text.trimStart().startsWith('[')
    ? JSON.parse(text)
    : text.split('\n', 8).map((line) => JSON.parse(line));
  return (rows as readonly Example[]).slice(0, 8);
}

function referenceRanks({ candidates, cmp_results: results }: Example): readonly number[] {
  const verdicts = typeof results === 'string' ? (JSON.parse(results) as unknown) : results;
  const placeOf = (model: string | undefined) => candidates.findIndex((candidate) => candidate.model === model);
  const judged = Object.entries(verdicts as Record<string, string>).map(([pair, verdict]) => {
    const [left, right] = pair.split(',').map(placeOf);
    return { left: left ?? -1, right: right ?? -1, outcome: OUTCOMES[verdict] ?? 'tie' };
  });
  return gptRanks(candidates.length, judged).ranks;
}

test.runIf(data !== undefined)('the scores in the file are those of the notebook', async () => {
  const examples = await firstExamples(data ?? '');
  expect(examples[0]?.id).toBe('unified_chip2/69962');
  const means = BART_SCORES.map(
    (_, place) => examples.reduce((sum, { candidates }) => sum + (candidates[place]?.scores.bartscore ?? 0), 0) / 8,
  );
  expect(means).toEqual(BART_SCORES.map((score) => expect.closeTo(score, 4) as number));
});

test.runIf(data !== undefined && ranker !== undefined)(
  'the ranker of the paper agrees as in the notebook',
  async () => {
    const examples = await firstExamples(data ?? '');
    const ranks: (readonly number[])[] = [];
    for (const { instruction, input, candidates } of examples) {
      const texts = candidates.map(({ text }) => text);
      const settings = { ranker: ranker ?? '', strategy: 'full', aggregation: 'max-logits' } as const;
      ranks.push((await rank({ instruction, input, candidates: texts, ...settings })).ranks);
    }
    expect(ranks[0]).toEqual(FIRST_RANKS);
    expect(ranks.map(([first = 0, second = 0]) => first < second)).toEqual(FIRST_BEATS_SECOND);
    const { perSlot, footrule, setOverlap } = rankAgreement(ranks, examples.map(referenceRanks));
    expect({
      pearson: perSlot?.pearson.mean?.value,
      spearman: perSlot?.spearman.mean?.value,
      footrule: footrule?.value,
      setOverlap: setOverlap?.value,
    }).toEqual({
      pearson: expect.closeTo(AGREEMENT.pearson, 4) as number,
      spearman: expect.closeTo(AGREEMENT.spearman, 4) as number,
      footrule: expect.closeTo(AGREEMENT.footrule, 4) as number,
      setOverlap: expect.closeTo(AGREEMENT.setOverlap, 4) as number,
    });
  },
);
