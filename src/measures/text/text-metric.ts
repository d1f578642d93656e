import { InvalidArgumentError } from '../../error/index.ts';

/** One answer with what it is held against. */
export interface ScoredAnswer {
  readonly candidate: string;
  /** At least one. Of several, the best counts, or for BLEU all together. */
  readonly references: readonly string[];
}

/** A metric of how close answers are to references. Higher is better. */
export interface TextMetric {
  /** Short and unique, such as `rouge1`. */
  readonly name: string;
  /** The metric with every setting that changes its figures, and what it agrees with; to be printed beside them. */
  readonly signature: string;
  /** What the figures may be: from 0 to 1, or to 100. */
  readonly range: readonly [lowest: number, highest: number];
  /**
   * The figure of each answer, in their order.
   *
   * @throws InvalidArgumentError for an answer without a reference; the signal's reason on abort.
   */
  score(
    answers: readonly ScoredAnswer[],
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<readonly number[]>;
  /** The figure of all answers together, where that is not the mean of theirs. */
  readonly corpus?: ((answers: readonly ScoredAnswer[]) => number) | undefined;
}

/** @throws InvalidArgumentError for an answer without a reference. */
export function checkAnswers(answers: readonly ScoredAnswer[]): void {
  const place = answers.findIndex(({ references }) => references.length === 0);
  if (place === -1) return;
  throw new InvalidArgumentError({
    parameter: `answers[${place}].references`,
    value: [],
    message: 'expected at least one text; leave out answers that have nothing to be held against.',
  });
}
