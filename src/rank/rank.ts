import type { PairComparison } from '../compare/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { RankProgress, RankResult } from './rank-result.ts';
import { checkRankSettings, type RankSettings } from './rank-settings.ts';
import { defaultStrategy, rankTexts } from './rank-texts.ts';

/** Options of {@link rank}. */
export interface RankOptions extends PromptOptions, RankSettings {
  /** Any number of answers to the question, at least one. */
  readonly candidates: CandidateTexts;
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of each pair once it is done. */
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

/** The same, with what a verb knows of its purpose. */
export async function rankWith(
  options: RankOptions,
  { onlyBest }: { /** Nobody looks beyond the best. */ onlyBest?: boolean },
): Promise<RankResult> {
  const { candidates, abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  const texts = candidateTexts(candidates);
  checkRankSettings(options);
  abortSignal?.throwIfAborted();
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  return rankTexts({
    ...options,
    strategy: options.strategy ?? defaultStrategy(ranker, { onlyBest }),
    ranker,
    task,
    texts,
  });
}
