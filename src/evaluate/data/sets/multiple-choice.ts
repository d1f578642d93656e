import { isObject, type UnknownObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { optionalText, refuse, textOf } from '../row-values.ts';

/** Questions with answers that are right or wrong, in the forms of BIG-bench and HHH: each right one beats each wrong one. */
export const multipleChoice = defineDataSet({
  name: 'multiple-choice',
  matches: (row) => isChoices(row['targets']) || isScores(row['target_scores']),
  toRow: (row) => {
    const { targets, target_scores: byText } = row;
    const [texts, labels] = isChoices(targets)
      ? [targets['choices'] as readonly unknown[], targets['labels'] as readonly unknown[]]
      : [Object.keys(byText as object), Object.values(byText as object)];
    const wrong = texts.findIndex((text) => typeof text !== 'string');
    if (wrong !== -1) throw refuse(`targets.choices[${wrong}]`, texts[wrong], 'a text');
    if (texts.length !== labels.length || labels.some((label) => typeof label !== 'number')) {
      throw refuse('targets.labels', labels, `a number for each of the ${texts.length} answers`);
    }
    const scores = labels as readonly number[];
    const areSame = scores.every((score) => score === scores[0]);
    return {
      instruction: textOf(row, 'input'),
      candidates: texts.map((text) => ({ text: String(text) })),
      verdicts: scores.flatMap((score, left) =>
        scores.flatMap((other, right) => (score > other ? [{ left, right, outcome: 'left' as const }] : [])),
      ),
      category: optionalText(row, 'subset'),
      notes: areSame ? [`all labels are ${scores[0]}, so there is no verdict.`] : [],
    };
  },
});

function isChoices(value: unknown): value is UnknownObject {
  return isObject(value) && Array.isArray(value['choices']) && Array.isArray(value['labels']);
}

function isScores(value: unknown): boolean {
  return isObject(value) && Object.values(value).length > 1;
}
