import { InvalidArgumentError } from '../error/index.ts';

/** Candidates as a function takes them: texts, or objects that carry one. */
export type CandidateTexts = readonly (string | { readonly text: string })[];

/** How many of the best a blend fuses, `fuse` takes and the goal `top-k` is about, where that is not given. */
export const DEFAULT_TOP_K = 3;

/**
 * The texts of candidates.
 *
 * @throws InvalidArgumentError where there are none, or one is not a text.
 */
export function candidateTexts(candidates: CandidateTexts): readonly string[] {
  if (!(candidates?.length > 0)) {
    throw new InvalidArgumentError({ parameter: 'candidates', value: candidates, message: 'expected at least one.' });
  }
  return candidates.map((candidate, index) => {
    const text = typeof candidate === 'string' ? candidate : candidate?.text;
    if (typeof text !== 'string') {
      throw new InvalidArgumentError({
        parameter: `candidates[${index}]`,
        value: candidate,
        message: 'expected a text or { text }.',
      });
    }
    return text;
  });
}
