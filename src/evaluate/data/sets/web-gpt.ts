import { isObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { numberOf, optionalText, refuse, textOf } from '../row-values.ts';

/** Comparisons of WebGPT: each of two answers has a score of its own, and both are the same for a tie. */
export const webGpt = defineDataSet({
  name: 'webgpt',
  matches: (row) => isObject(row['question']) && 'answer_0' in row && 'score_0' in row && 'score_1' in row,
  toRow: (row) => {
    const question = isObject(row['question']) ? row['question'] : {};
    return {
      instruction: textOf(question, 'full_text', 'question.'),
      candidates: [0, 1].map((place) => {
        const field = `score_${place}`;
        const preference = numberOf(row[field]);
        if (preference === undefined) throw refuse(field, row[field], 'a number');
        return { text: textOf(row, `answer_${place}`), preference };
      }),
      category: optionalText(question, 'dataset', 'question.'),
    };
  },
});
