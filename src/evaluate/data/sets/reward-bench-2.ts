import { defineDataSet } from '../data-set.ts';
import { isAbsent, optionalText, refuse, textOf, textsOf } from '../row-values.ts';

/**
 * RewardBench 2: lists of chosen and of rejected answers. Each chosen one beats each rejected one; among the chosen ones
 * of its subset Ties there is no verdict.
 */
export const rewardBench2 = defineDataSet({
  name: 'rewardbench-2',
  matches: (row) => Array.isArray(row['chosen']) && Array.isArray(row['rejected']) && isTexts(row['chosen']),
  toRow: (row) => {
    const chosen = textsOf(row, 'chosen');
    const rejected = textsOf(row, 'rejected');
    const texts = [...chosen, ...rejected];
    const { models, id } = row;
    if (!isAbsent(models) && !(Array.isArray(models) && models.length === texts.length)) {
      throw refuse('models', models, `one name for each of the ${texts.length} answers`);
    }
    const names = (models ?? []) as readonly unknown[];
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
      category: optionalText(row, 'subset'),
    };
  },
});

function isTexts(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item === 'string');
}
