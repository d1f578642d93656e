import { defineDataSet } from '../data-set.ts';
import { readCategory } from '../read-labels.ts';
import { isAbsent, numberOf, refuse, textOf, textsOf } from '../row-values.ts';

/**
 * RewardBench 2: lists of chosen and of rejected answers. Each chosen one beats each rejected one; among the chosen ones
 * of its subset Ties there is no verdict.
 */
export const rewardBench2 = defineDataSet({
  name: 'rewardbench-2',
  matches: (row) =>
    (Array.isArray(row['chosen']) && Array.isArray(row['rejected']) && isTexts(row['chosen'])) ||
    ('num_correct' in row && 'total_completions' in row && 'chosen' in row),
  toRow: (row) => {
    const chosen = textsOf(row, 'chosen');
    const rejected = textsOf(row, 'rejected');
    const texts = [...chosen, ...rejected];
    const { models, id, total_completions: total } = row;
    if (!isAbsent(total) && numberOf(total) !== texts.length) {
      throw refuse('total_completions', total, `${texts.length}, as many as there are texts in chosen and rejected`);
    }
    const names = Array.isArray(models) && models.length === texts.length ? (models as readonly unknown[]) : [];
    const isNamed = isAbsent(models) || names.length > 0;
    return {
      id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
      instruction: textOf(row, 'prompt'),
      candidates: texts.map((text, index) => ({
        text,
        model: typeof names[index] === 'string' ? names[index] : undefined,
      })),
      verdicts: chosen.flatMap((_, left) =>
        rejected.map((__, right) => ({ left, right: chosen.length + right, outcome: 'left' as const })),
      ),
      category: readCategory(row),
      notes: isNamed ? [] : [`models has not one name for each of the ${texts.length} answers, so they have none.`],
    };
  },
});

function isTexts(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item === 'string');
}
