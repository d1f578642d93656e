import { InvalidArgumentError } from '../error/index.ts';
import { generateCandidates, type GenerateCandidatesOptions, planCalls } from '../generate/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import { addUsage } from '../spec/usage.ts';
import { resolveAnswerForm } from '../structured/index.ts';
import { type RankOptions, rankWith } from './rank.ts';
import type { RankSettings } from './rank-settings.ts';
import { prepareRanking, rankTexts } from './rank-texts.ts';
import type { RankResult } from './ranking.ts';

/** Options of {@link bestOfN} over models: `totalTimeoutMs` is for the answers; ranking them comes on top. */
export interface GenerateAndRankOptions extends GenerateCandidatesOptions, RankSettings {
  /** Called with each pair once it is compared. */
  readonly onComparison?: RankOptions['onComparison'];
}

/** Candidates of models, ranked. Indices of the ranking count `candidates`. */
interface GenerateAndRankResult<OBJECT> extends RankResult {
  /** In the order of `models`. At least one. */
  readonly candidates: readonly Candidate<OBJECT>[];
  /** Calls that failed, in the order of `models`; an error only if no candidate exists. */
  readonly failures: readonly CallFailure[];
}

/** Result of {@link bestOfN}. */
export interface BestOfNResult extends RankResult {
  /** Text of the best candidate. */
  readonly text: string;
}

/** Result of {@link bestOfN} over models. */
export interface GeneratedBestOfNResult<OBJECT = unknown> extends GenerateAndRankResult<OBJECT> {
  /** Text of the best candidate. */
  readonly text: string;
  /** The best candidate as the `schema` makes of it; `text` is its JSON then. Undefined without a schema. */
  readonly object: OBJECT;
}

/**
 * Finds the best of N candidates in few comparisons: `strategy: 'adaptive'` by default, all pairs if they cost nothing
 * extra. With `models` instead of `candidates`, generates the candidates first, `samples` for each model. Failed models
 * are listed in `failures`; it is an error only if no model succeeds.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort; with `models` also NoCandidatesError if
 * every call failed, and ModelNotFoundError.
 */
export function bestOfN(options: RankOptions): Promise<BestOfNResult>;
export function bestOfN(options: GenerateAndRankOptions): Promise<GeneratedBestOfNResult>;
export async function bestOfN(options: RankOptions | GenerateAndRankOptions): Promise<BestOfNResult> {
  const { candidates, models, schema } = options as Partial<RankOptions & GenerateAndRankOptions>;
  if (models === undefined) {
    if (schema !== undefined) {
      throw new InvalidArgumentError({
        parameter: 'schema',
        value: schema,
        message: 'it is for answers that models generate; pass models instead of candidates.',
      });
    }
    const result = await rankWith(options as RankOptions, { onlyBest: true });
    const best = candidates?.[result.best];
    return { ...result, text: typeof best === 'string' ? best : (best?.text ?? '') };
  }
  if (candidates !== undefined) {
    throw new InvalidArgumentError({
      parameter: 'candidates',
      value: candidates,
      message: 'pass either candidates or models that generate them, not both.',
    });
  }
  const result = await generateAndRank(options as GenerateAndRankOptions);
  const { text = '', object } = result.candidates[result.best] ?? {};
  const picked: GeneratedBestOfNResult = { ...result, text, object };
  return picked;
}

/** Generates candidates and ranks them. The ranker is loaded first, so that mistakes are found before any call. */
async function generateAndRank(options: GenerateAndRankOptions): Promise<GenerateAndRankResult<unknown>> {
  const start = performance.now();
  planCalls(options);
  if (options.schema !== undefined) await resolveAnswerForm(options.schema);
  const prepared = await prepareRanking(options, { onlyBest: true });
  const { candidates, failures, usage } = await generateCandidates(options);
  const ranking = await rankTexts({ ...prepared, texts: candidates.map(({ text }) => text) });
  return {
    ...ranking,
    candidates,
    failures,
    usage: addUsage(usage, ranking.usage),
    timings: { totalMs: performance.now() - start },
  };
}
