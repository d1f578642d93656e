/** Words of a line that say which end of an order stands first. */
export type Direction = 'best-first' | 'worst-first';

const WORST_FIRST =
  /worst[\s_-]*(?:to|→|->|>|until|through)[\s_-]*(?:the )?best|worst[\s_-]*(?:first|one first)|(?:starting|beginning) (?:with|from|at) the worst|least[\w\s]{0,20}to[\w\s]{0,10}(?:most|best)|lowest to highest|weakest to (?:the )?strongest|ascending/i;
const BEST_FIRST =
  /best[\s_-]*(?:to|→|->|>|until|through)[\s_-]*(?:the )?worst|best[\s_-]*(?:first|one first)|(?:starting|beginning) (?:with|from|at) the best|most[\w\s]{0,20}to[\w\s]{0,10}least|highest to lowest|strongest to (?:the )?weakest|descending/i;

/** @see Direction */
export function readDirection(text: string): Direction | undefined {
  const head = text.slice(0, MAX_LABEL);
  if (WORST_FIRST.test(head)) return 'worst-first';
  return BEST_FIRST.test(head) ? 'best-first' : undefined;
}

/** Most of a line that is read as a label, in UTF-16 units. */
export const MAX_LABEL = 400;

/** True for words that announce an order. */
export function isRankingLabel(text: string): boolean {
  return /\b(?:rank(?:ing|ings|ed|s)?|order(?:ing|ed)?|places?|placement|result|verdict|answer|leaderboard|sorted)\b|best|worst/i.test(
    text.slice(0, MAX_LABEL),
  );
}

/** True for words that announce the last word. */
export function isFinalLabel(text: string): boolean {
  return /\b(?:final(?:ly)?|overall|therefore|conclusion|in sum(?:mary)?|so|thus|hence|total)\b/i.test(
    text.slice(0, MAX_LABEL),
  );
}

/** True for words that make an order a draft: the first idea, or one respect. */
export function isDraftLabel(text: string): boolean {
  const head = text.slice(0, MAX_LABEL);
  return (
    /\b(?:initial(?:ly)?|preliminary|at first|first (?:impression|pass|glance|thought)|draft|tentative|previous(?:ly)?)\b/i.test(
      head,
    ) ||
    /\b(?:on|by|in terms of|for|regarding|in)\s+(?:the\s+)?(?!balance|quality|best|worst|order|my|descending|all|sum|conclusion|the end)[a-z]{4,}\s*[:,]?\s*$/i.test(
      head,
    ) ||
    /^\W*(?:accuracy|clarity|style|correctness|completeness|helpfulness|relevance|length|brevity|detail|tone|depth|creativity|fluency|format(?:ting)?|grammar|safety|coherence|word counts?|counts?|by (?:length|style|clarity|accuracy))\b/i.test(
      head,
    )
  );
}

/** True where what is said beside an order makes it nobody's: an example, a condition, another's words, a denial. */
export function isNotMeant(before: string, after: string): boolean {
  return (
    /\b(?:form|format|formatted|example|e\.g|such as|like|if|either|whether|not|could|might|may|unless|instead of|rather than|asked|says?|said|contains?|writes?|wrote|demands?|wants?|tells?|tries|instructs?|claims?|states?|reads|suppose|would be|perhaps|maybe|possibly|unsure|differs?|other than|unlike|cases?|when|depending)\b|n['’]t\b/i.test(
      before.slice(-MAX_LABEL),
    ) || /^\W*(?:\(|,)?\s*\b(?:if|unless|depending|or|is not|is wrong|would|when)\b/i.test(after.slice(0, MAX_LABEL))
  );
}

/** True for a line that takes back what was said before it. */
export function isCorrection(text: string): boolean {
  return /^\W*(?:actually|wait|no|hmm|correction|on second thoughts?|on reflection|scratch that|i change my mind|let me (?:correct|reconsider|revise))\b/i.test(
    text,
  );
}
