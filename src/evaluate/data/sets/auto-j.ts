import { defineDataSet } from '../data-set.ts';
import { numberOf, refuse, textOf } from '../row-values.ts';

/** Pairs of Auto-J: unlike the numbers of other pairs, its labels are 0 for the first answer, 1 for the second, 2 for a tie. */
export const autoJ = defineDataSet({
  name: 'auto-j',
  matches: (row) => 'scenario' in row && 'response 1' in row && 'response 2' in row && 'label' in row,
  toRow: (row) => {
    const { label } = row;
    const outcome = (['left', 'right', 'tie'] as const)[numberOf(label) ?? Number.NaN];
    if (outcome === undefined) {
      throw refuse('label', label, '0 (the first answer is better), 1 (the second) or 2 (a tie)');
    }
    return {
      instruction: textOf(row, 'prompt'),
      candidates: ['response 1', 'response 2'].map((field) => ({ text: textOf(row, field) })),
      verdicts: [{ left: 0, right: 1, outcome }],
      category: textOf(row, 'scenario'),
    };
  },
});
