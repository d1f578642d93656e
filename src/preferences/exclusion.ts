/** Why answers to a question make no pair, by its name in the output, and what it means. The order is that of the checks. */
export const EXCLUSIONS = {
  failed: 'the answers could not be read, generated or ranked',
  'several-turns': 'the answers are conversations of several turns',
  'too-few': 'fewer than two answers that differ and are not blank',
  tie: 'the answers have the same rank, or the two are equally good',
  'no-opinion': 'the ranker had no opinion on the two',
  'near-identical': 'the two say almost the same in the same words',
  contradicted: 'compared with each other alone, the worst is the better',
  'low-confidence': 'the probability is below --min-probability',
  cut: 'the chosen answer ends at the limit of tokens (--max-tokens)',
  'length-ratio': 'the chosen is longer than --max-length-ratio allows',
  'needs-messages': 'a system message or several turns, which need --messages',
} as const;

/** A key of {@link EXCLUSIONS}. */
export type Exclusion = keyof typeof EXCLUSIONS;
