import { defineDataSet } from '../data-set.ts';
import { isAbsent, numberOf, optionalText, refuse, textOf } from '../row-values.ts';

const OUTCOMES = ['tie', 'left', 'right'] as const;

/** The pairs of PandaLM, on which three people have voted: 1 for the first answer, 2 for the second, 0 for a tie. */
export const pandaLm = defineDataSet({
  name: 'pandalm',
  matches: (row) => 'annotator1' in row && 'response1' in row && 'response2' in row,
  toRow: (row) => {
    const fields = Object.keys(row).filter((name) => /^annotator\d+$/.test(name) && !isAbsent(row[name]));
    const votes = fields.map((field) => {
      const outcome = OUTCOMES[numberOf(row[field]) ?? Number.NaN];
      if (outcome === undefined) throw refuse(field, row[field], '0 (a tie), 1 (the first answer is better) or 2');
      return outcome;
    });
    const most = OUTCOMES.find((outcome) => votes.filter((vote) => vote === outcome).length > votes.length / 2);
    if (most === undefined) {
      throw refuse(
        'annotator1 and its like',
        fields.map((field) => row[field]),
        'a majority for one verdict',
      );
    }
    const models = optionalText(row, 'cmp_key')?.split('_') ?? [];
    const { idx } = row;
    return {
      id: typeof idx === 'number' || typeof idx === 'string' ? idx : undefined,
      instruction: textOf(row, 'instruction'),
      input: optionalText(row, 'input'),
      candidates: ['response1', 'response2'].map((field, place) => ({
        text: textOf(row, field),
        // `opt-7b_pythia-6.9b`; with more underscores it is not clear where a name ends.
        model: models.length === 2 ? models[place] : undefined,
      })),
      verdicts: [{ left: 0, right: 1, outcome: most }],
      category: optionalText(row, 'motivation_app'),
    };
  },
});
