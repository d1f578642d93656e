/** A judge that begins by refusing has not weighed the answers, whatever it says next. */
const REFUSAL =
  /^\W*(?:i(?:'m| am) (?:sorry|unable)|i (?:can(?:not|'t)|won't|apologi[sz]e)|sorry|as an ai\b[^.]{0,80}\b(?:cannot|can't|unable))/i;
/** Not being able to find a fault, or to call one worse, is an opinion. */
const OPINION = /^\W*i can(?:not|'t) (?:find|see|say|tell|fault|recommend|agree|think|help but|ignore|prefer|favou?r)/i;

/** True for a first line that refuses. */
export function isRefusal(firstLine: string): boolean {
  const head = firstLine.slice(0, 200);
  return REFUSAL.test(head) && !OPINION.test(head);
}
