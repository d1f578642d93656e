import type { PairComparison } from '../compare/index.ts';
import type { Resources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { RankSettings } from './rank-settings.ts';
import { prepareRanking, type RankHints, rankTexts } from './rank-texts.ts';
import type { RankProgress, RankResult } from './ranking.ts';

/** Options of {@link rank}. */
export interface RankOptions extends PromptOptions, RankSettings {
  /** Any number of answers to the question, at least one. */
  readonly candidates: CandidateTexts;
  readonly abortSignal?: AbortSignal | undefined;
  /** Called with each pair once it is compared. */
  readonly onComparison?: ((comparison: PairComparison, progress: RankProgress) => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/**
 * Ranks candidates by comparing them in pairs. The result does not depend on their order.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export function rank(options: RankOptions): Promise<RankResult> {
  return rankWith(options, {});
}

/** The same, with what the ranking is for. */
export async function rankWith(options: RankOptions, hints: RankHints): Promise<RankResult> {
  const texts = candidateTexts(options.candidates);
  return rankTexts({ ...(await prepareRanking(options, { ...hints, texts })), texts });
}
