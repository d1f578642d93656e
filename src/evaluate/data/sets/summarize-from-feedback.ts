import { isObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { isAbsent, numberOf, objectsOf, optionalText, refuse, textOf } from '../row-values.ts';

/** Comparisons of two summaries of a post or an article; `choice` is the better one, counted from 0. */
export const summarizeFromFeedback = defineDataSet({
  name: 'summarize-from-feedback',
  matches: (row) => isObject(row['info']) && Array.isArray(row['summaries']) && 'choice' in row,
  toRow: (row) => {
    const info = isObject(row['info']) ? row['info'] : {};
    const summaries = objectsOf(row, 'summaries');
    const choice = numberOf(row['choice']) ?? Number.NaN;
    if (summaries.length !== 2) throw refuse('summaries', summaries, 'two summaries');
    if (choice !== 0 && choice !== 1) throw refuse('choice', row['choice'], '0 or 1, the better summary');
    return {
      instruction: textOf(info, isAbsent(info['post']) ? 'article' : 'post', 'info.'),
      candidates: summaries.map((summary, index) => ({
        text: textOf(summary, 'text', `summaries[${index}].`),
        model: optionalText(summary, 'policy', `summaries[${index}].`),
      })),
      verdicts: [{ left: 0, right: 1, outcome: choice === 0 ? 'left' : 'right' }],
      category: optionalText(info, 'subreddit', 'info.') ?? optionalText(info, 'site', 'info.'),
    };
  },
});
