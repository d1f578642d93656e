import { EXCLUSIONS, type Exclusion, type PreferenceSummary } from '../../index.ts';
import { formatCount, formatShare } from '../render/format.ts';
import { tableLines } from '../render/text.ts';

/** What preference data come to, for the screen: pairs, what was left out and why, and how much length has to do with it. */
export function summaryLines(summary: PreferenceSummary, { hasTest }: { hasTest: boolean }): readonly string[] {
  const { questions, pairs, splits, excluded, withMarkup, truncated, meanProbability } = summary;
  const parts = !hasTest ? '' : `: ${count(splits.train)} for training, ${count(splits.test)} for testing`;
  const left = questions - pairs;
  return [
    `${count(pairs)} of ${formatCount(questions, 'question')} make a pair${parts}.${left === 0 ? '' : ` Left out:`}`,
    ...reasonLines(excluded),
    ...(pairs === 0
      ? []
      : [`${lengthLine(summary)} Mean probability of the chosen answers: ${meanProbability.toFixed(3)}.`]),
    ...(withMarkup === 0
      ? []
      : [`Markup of chat templates was taken out of ${formatCount(withMarkup, 'question')} or their answers.`]),
    ...(truncated === 0
      ? []
      : [
          `Texts of ${formatCount(truncated, 'question')} were too long for the ranker, which read their head and tail.`,
        ]),
  ];
}

function reasonLines(excluded: PreferenceSummary['excluded']): readonly string[] {
  const rows = Object.entries(EXCLUSIONS).flatMap(([reason, about]) => {
    const number = excluded[reason as Exclusion];
    return number === undefined ? [] : [[`  ${count(number)}`, reason, about]];
  });
  return tableLines(rows, { rightAligned: [0] }).map((line) => line.trimEnd());
}

/** How much longer the chosen answers are, in a sentence. */
export function lengthLine({ pairs, length }: PreferenceSummary): string {
  const { chosenLonger, meanChosen, meanRejected } = length;
  return `The longer answer is chosen in ${formatShare(chosenLonger / pairs)} of the pairs: ${count(meanChosen)} characters on average against ${count(meanRejected)}, ${(meanChosen / meanRejected).toFixed(2)} times.`;
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
