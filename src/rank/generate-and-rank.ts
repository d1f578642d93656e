import { generateCandidates, type GenerateCandidatesOptions, planCalls } from '../generate/index.ts';
import { sharedResources } from '../registry/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import { normalizePrompt } from '../spec/prompt.ts';
import { addUsage } from '../spec/usage.ts';
import type { RankOptions } from './rank.ts';
import type { RankResult } from './rank-result.ts';
import { checkRankSettings, type RankSettings } from './rank-settings.ts';
import { defaultStrategy, rankTexts } from './rank-texts.ts';

/** Options of {@link generateAndRank}: `totalTimeoutMs` is for the answers, ranking them comes on top. */
export interface GenerateAndRankOptions extends GenerateCandidatesOptions, RankSettings {
  /** Told of each pair once it is done. */
  readonly onComparison?: RankOptions['onComparison'];
}

/** Result of {@link generateAndRank}. Indices of the ranking count `candidates`. */
export interface GenerateAndRankResult extends RankResult {
  /** In the order asked. At least one. */
  readonly candidates: readonly Candidate[];
  /** Calls that failed, in the order asked; not an error while one candidate exists. */
  readonly failures: readonly CallFailure[];
}

/**
 * Asks models and ranks their answers. The ranker is found first, and every option checked, so that a mistake is told
 * before anything is spent.
 *
 * @throws NoCandidatesError, ModelNotFoundError, InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function generateAndRank(
  options: GenerateAndRankOptions,
  { onlyBest }: { /** Nobody looks beyond the best. */ onlyBest?: boolean },
): Promise<GenerateAndRankResult> {
  const start = performance.now();
  const { abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  planCalls(options);
  checkRankSettings(options);
  abortSignal?.throwIfAborted();
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  const { candidates, failures, usage } = await generateCandidates(options);
  const ranking = await rankTexts({
    ...options,
    strategy: options.strategy ?? defaultStrategy(ranker, { onlyBest }),
    ranker,
    task,
    texts: candidates.map(({ text }) => text),
  });
  return {
    ...ranking,
    candidates,
    failures,
    usage: addUsage(usage, ranking.usage),
    timings: { totalMs: performance.now() - start },
  };
}
