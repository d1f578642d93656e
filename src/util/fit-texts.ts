import { cutMiddle, type CutText } from './cut-middle.ts';

/** Length of a text in the unit of the budget, such as tokens. Must grow with the text, roughly. */
export type Measure = (text: string) => number;

/** A token is rarely longer than this, so a longer text can be shortened before it is measured. */
const MAX_UNITS_PER_TOKEN = 16;

/** Prepares a text for being shortened to several lengths in UTF-16 units. */
type PrepareCut = (text: string) => (maxLength: number) => CutText;

const cutAnywhere: PrepareCut = (text) => (maxLength) => cutMiddle(text, maxLength);

/** Shortens one text to a budget by cutting out of the middle. */
export function fitText(text: string, budget: number, measure: Measure, prepare = cutAnywhere): CutText {
  const cut = prepare(text);
  const rough = cut(Math.max(64, budget * MAX_UNITS_PER_TOKEN));
  if (measure(rough.text) <= budget) return rough;
  let fits = 0;
  let tooLong = rough.text.length;
  // Two per cent of slack is worth fewer measurements.
  while (tooLong - fits > Math.max(8, tooLong / 50)) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (measure(cut(middle).text) <= budget) fits = middle;
    else tooLong = middle;
  }
  return { text: cut(fits).text, cut: true };
}

/**
 * Shortens several texts to a budget for all of them together. Every text keeps a fair share: what short ones leave
 * over goes to the long ones.
 */
export function fitTexts(
  texts: readonly string[],
  budget: number,
  measure: Measure,
  prepare = cutAnywhere,
): { readonly texts: readonly string[]; readonly cut: boolean } {
  const share = fairShare(texts.map(measure), budget);
  const fitted = texts.map((text) => fitText(text, share, measure, prepare));
  return { texts: fitted.map(({ text }) => text), cut: fitted.some(({ cut }) => cut) };
}

/** The largest limit for each length with which all of them together stay within the budget. */
export function fairShare(lengths: readonly number[], budget: number): number {
  let left = budget;
  let waiting = lengths.length;
  for (const length of lengths.toSorted((first, second) => first - second)) {
    if (length * waiting > left) return Math.floor(left / waiting);
    left -= length;
    waiting -= 1;
  }
  return Infinity;
}
