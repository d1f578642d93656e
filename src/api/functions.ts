import type { RerankingModelV4 } from '@ai-sdk/provider';
import * as blending from '../blend/index.ts';
import * as comparing from '../compare/index.ts';
import * as estimating from '../estimate/index.ts';
import * as fusing from '../fuse/index.ts';
import * as generating from '../generate/index.ts';
import {
  BlendModel,
  type BlenderModel,
  type BlenderModelOptions,
  RankerModel,
  type RankerModelOptions,
} from '../model/index.ts';
import * as ranking from '../rank/index.ts';
import type { AnswerSchema, ObjectOf } from '../spec/answer-schema.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import { checkOptions } from '../util/check-options.ts';
import { A_RANKER, OPTIONS_OF, RANKER_MODEL } from './option-tables.ts';
import { actionPreparer } from './prepare-action.ts';
import type {
  BlendOptions,
  CompareOptions,
  FuseOptions,
  GenerateAndRankOptions,
  GenerateCandidatesOptions,
  RankOptions,
  RankWithReferenceOptions,
  TopKOptions,
  WorstOfNOptions,
} from './options.ts';

/**
 * Calls N models n times each, in parallel within the limits of their providers. Failures are kept apart.
 *
 * @throws NoCandidatesError where every call failed, but where all failed for one mistake, that: ModelNotFoundError,
 * MissingKeyError, MissingDependencyError; InvalidArgumentError, the signal's reason on abort.
 * @example
 * const { candidates, failures } = await generateCandidates({
 *   prompt: 'Why is the sky blue?',
 *   models: ['openai/gpt-5-mini', 'ollama/gemma3'],
 * });
 */
export async function generateCandidates<const SCHEMA extends AnswerSchema | undefined = undefined>(
  options: GenerateCandidatesOptions<SCHEMA>,
): Promise<generating.GenerateCandidatesResult<ObjectOf<SCHEMA>>> {
  checkOptions('generateCandidates', options, OPTIONS_OF.generateCandidates);
  const result = await generating.generateCandidates(options);
  return result as generating.GenerateCandidatesResult<ObjectOf<SCHEMA>>;
}

/**
 * Compares two candidates.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 * @example
 * const { winner, probability } = await compare({ prompt: 'What is 2 + 2?', a: '4', b: 'It is five.' });
 */
export async function compare(options: CompareOptions): Promise<comparing.CompareResult> {
  checkOptions('compare', options, OPTIONS_OF.compare);
  return comparing.compare(options);
}

/**
 * Compares two conversations by the assistant's answers in all turns.
 *
 * @throws InvalidArgumentError, with the turn that differs; RankerError, the signal's reason on abort.
 * @example
 * const question = { role: 'user', content: 'What is 2 + 2?' } as const;
 * const { winner } = await compareConversations({
 *   a: [question, { role: 'assistant', content: '4' }],
 *   b: [question, { role: 'assistant', content: 'It is five.' }],
 * });
 */
export async function compareConversations(
  options: comparing.CompareConversationsOptions,
): Promise<comparing.CompareResult> {
  checkOptions('compareConversations', options, OPTIONS_OF.compareConversations);
  return comparing.compareConversations(options);
}

/**
 * Ranks candidates by comparing them in pairs. The result does not depend on their order.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 * @example
 * const { ranks, best } = await rank({ prompt: 'Name a prime.', candidates: ['4', '7 is a prime.', 'Prime rib.'] });
 */
export async function rank(options: RankOptions): Promise<ranking.RankResult> {
  checkOptions('rank', options, OPTIONS_OF.rank);
  return ranking.rank(options);
}

/**
 * Scores every candidate by comparing it with one reference: N comparisons in one batch instead of N (N - 1) / 2, and
 * scores that mean the same whatever else is ranked.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 * @example
 * const { scores } = await rankWithReference({
 *   prompt: 'Name a prime.',
 *   candidates: ['4', '7 is a prime.'],
 *   reference: { text: '11' },
 * });
 */
export async function rankWithReference(options: RankWithReferenceOptions): Promise<ranking.RankWithReferenceResult> {
  checkOptions('rankWithReference', options, OPTIONS_OF.rankWithReference);
  return ranking.rankWithReference(options);
}

/**
 * Finds the best of N candidates in few comparisons: `strategy: 'adaptive'` by default, all pairs if they cost nothing
 * extra. With `models` instead of `candidates`, generates the candidates first, `samples` for each model. Failed models
 * are listed in `failures`; it is an error only if no model succeeds.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort; with `models` also NoCandidatesError if
 * every call failed, and ModelNotFoundError.
 * @example
 * const { text } = await bestOfN({ prompt: 'Name a prime.', models: ['ollama/gemma3'], samples: 4, temperature: 1 });
 */
export function bestOfN(options: RankOptions): Promise<ranking.BestOfNResult>;
export function bestOfN<const SCHEMA extends AnswerSchema | undefined = undefined>(
  options: GenerateAndRankOptions<SCHEMA>,
): Promise<ranking.GeneratedBestOfNResult<ObjectOf<SCHEMA>>>;
export async function bestOfN(options: RankOptions | GenerateAndRankOptions): Promise<ranking.BestOfNResult> {
  checkOptions('bestOfN', options, OPTIONS_OF.bestOfN);
  return ranking.bestOfN(options as RankOptions);
}

/**
 * Finds the worst of N candidates in few comparisons; implemented as `bestOfN` with an inverted ranker.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 * @example
 * const { text } = await worstOfN({ prompt: 'Name a prime.', candidates: ['4', '7 is a prime.', '11'] });
 */
export async function worstOfN(options: WorstOfNOptions): Promise<ranking.WorstOfNResult> {
  checkOptions('worstOfN', options, OPTIONS_OF.worstOfN);
  return ranking.worstOfN(options);
}

/**
 * Finds the best K of N candidates, best first.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 * @example
 * const { texts } = await topK({ prompt: 'Name a prime.', candidates: ['4', '7 is a prime.', '11'], topK: 2 });
 */
export async function topK(options: TopKOptions): Promise<ranking.TopKResult> {
  checkOptions('topK', options, OPTIONS_OF.topK);
  return ranking.topK(options);
}

/**
 * Writes one answer from the best candidates (GenFuser).
 *
 * @throws InvalidArgumentError, the provider's error, TimeoutError, the signal's reason on abort; ModelCallError of the kind
 * `invalid` for an answer that does not follow the `schema`.
 * @example
 * const { text } = await fuse({ prompt: 'Name two primes.', candidates: ['7', '11'], fuser: 'openai/gpt-5-mini' });
 */
export async function fuse<const SCHEMA extends AnswerSchema | undefined = undefined>(
  options: FuseOptions<SCHEMA>,
): Promise<fusing.FuseResult<ObjectOf<SCHEMA>>> {
  checkOptions('fuse', options, OPTIONS_OF.fuse);
  const result = await fusing.fuse(options);
  return result as fusing.FuseResult<ObjectOf<SCHEMA>>;
}

/**
 * One better answer from several: generates candidates, ranks them in pairs, fuses the best, and keeps the better of
 * the fused text and the best candidate.
 *
 * @throws NoCandidatesError if every model failed; InvalidArgumentError, ModelNotFoundError, MissingDependencyError
 * for a call that cannot work; the signal's reason on abort. A single failed model is not an error, see `failures`.
 * @example
 * const { text } = await blend({ prompt: 'Why is the sky blue?', models: ['openai/gpt-5-mini', 'google/gemini-2.5-flash'] });
 * @example
 * const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
 * const { object } = await blend({ prompt: 'What is the capital of Australia?', schema });
 */
export async function blend<const SCHEMA extends AnswerSchema | undefined = undefined>(
  options: BlendOptions<SCHEMA>,
): Promise<blending.BlendResult<ObjectOf<SCHEMA>>> {
  checkOptions('blend', options, OPTIONS_OF.blend);
  const result = await blending.blend(options);
  return result as blending.BlendResult<ObjectOf<SCHEMA>>;
}

/**
 * Starts a blend, to be followed while it runs: a stream of typed parts, from `blend-start` to `blend-end`, which carries
 * the result; the decided text as `textStream`; and the results as promises. Leaving the loop or cancelling the stream
 * ends all calls, unless somebody else still listens, see {@link blending.BlendStream}. If the blend as a whole fails,
 * reading fails with the error.
 *
 * @example
 * for await (const part of streamBlend({ prompt: 'Why is the sky blue?' })) {
 *   if (part.type === 'candidate-end') console.log(part.candidate.text);
 * }
 * @example
 * const stream = streamBlend({ prompt: 'Why is the sky blue?' });
 * for await (const text of stream.textStream) process.stdout.write(text);
 * console.log(await stream.decision, await stream.usage);
 */
export function streamBlend<const SCHEMA extends AnswerSchema | undefined = undefined>(
  options: BlendOptions<SCHEMA>,
): blending.BlendStream<ObjectOf<SCHEMA>> {
  checkOptions('streamBlend', options, OPTIONS_OF.streamBlend);
  return blending.streamBlend(options) as blending.BlendStream<ObjectOf<SCHEMA>>;
}

/**
 * Opens a session: a blend that can be steered while it runs, and gone on with. Nothing is asked before `run` or `ask`.
 * Close it at the end: what is under way is stopped then.
 *
 * @throws InvalidArgumentError
 * @example
 * await using session = createBlendSession({ prompt: 'Why is the sky blue?', models: ['openai/gpt-5-mini', 'ollama/gemma3'] });
 * const { text } = await session.run();
 * const again = await session.fuse({ fuser: 'openai/gpt-5', instruction: 'Answer in one sentence.' });
 */
export function createBlendSession(options: BlendOptions): blending.BlendSession {
  checkOptions('createBlendSession', options, OPTIONS_OF.createBlendSession);
  return new blending.BlendSession(options, actionPreparer({}));
}

/**
 * What `blend` would take with these options: calls, tokens and cost, at least and at most. Nothing is sent or loaded.
 *
 * @throws InvalidArgumentError
 * @example
 * const { calls, cost } = await estimateBlend({ prompt: 'Why is the sky blue?', models: ['openai/gpt-5-mini'], samples: 3 });
 */
export async function estimateBlend(options: BlendOptions): Promise<estimating.WorkEstimate> {
  checkOptions('estimateBlend', options, OPTIONS_OF.estimateBlend);
  return blending.estimateBlend(options);
}

/**
 * What `rank` would take. Nothing is sent or loaded.
 *
 * @throws InvalidArgumentError
 * @example
 * const { calls } = await estimateRank({ prompt: 'Name a prime.', candidates: ['4', '7'], ranker: 'judge:openai/gpt-5-mini' });
 */
export async function estimateRank(options: RankOptions): Promise<estimating.WorkEstimate> {
  checkOptions('estimateRank', options, OPTIONS_OF.estimateRank);
  return estimating.estimateRank(options);
}

/**
 * What `compare`, or `compareConversations`, would take. Nothing is sent or loaded.
 *
 * @throws InvalidArgumentError
 * @example
 * const { cost } = await estimateCompare({ prompt: 'What is 2 + 2?', a: '4', b: '5', ranker: 'judge:openai/gpt-5-mini' });
 */
export async function estimateCompare(
  options: CompareOptions | comparing.CompareConversationsOptions,
): Promise<estimating.WorkEstimate> {
  checkOptions('estimateCompare', options, OPTIONS_OF.estimateCompare);
  return estimating.estimateCompare(options);
}

/**
 * What `fuse` would take. Nothing is sent or loaded.
 *
 * @throws InvalidArgumentError
 * @example
 * const { cost } = await estimateFuse({ prompt: 'Name two primes.', candidates: ['7', '11'], fuser: 'openai/gpt-5-mini' });
 */
export async function estimateFuse(options: FuseOptions): Promise<estimating.WorkEstimate> {
  checkOptions('estimateFuse', options, OPTIONS_OF.estimateFuse);
  return estimating.estimateFuse(options);
}

/**
 * A blend as a language model of the AI SDK: for `generateText`, `streamText`, agents with tools, registries, and as a
 * member of another blend. What a call sets, such as `temperature`, overrides the options here.
 *
 * @throws InvalidArgumentError for a blend that cannot run.
 * @example
 * import { generateText } from 'ai';
 * const model = blenderModel({ models: ['openai/gpt-5-mini', 'google/gemini-2.5-flash'] });
 * const { text, providerMetadata } = await generateText({ model, prompt: 'Why is the sky blue?' });
 */
export function blenderModel(options: BlenderModelOptions = {}): BlenderModel {
  checkOptions('blenderModel', options, OPTIONS_OF.blenderModel);
  return new BlendModel(options);
}

/**
 * A ranker as a reranking model of the AI SDK, for `rerank`. The score of a document, between 0 and 1, is the
 * probability that it is better than another of the list, on average.
 *
 * @throws InvalidArgumentError
 * @example
 * import { rerank } from 'ai';
 * const documents = ['Paris is in France.', 'Canberra is the capital of Australia.'];
 * const { rerankedDocuments } = await rerank({
 *   model: rankerModel('small'),
 *   query: 'What is the capital of Australia?',
 *   documents,
 * });
 */
export function rankerModel(ranker?: RankerChoice, options: RankerModelOptions = {}): RerankingModelV4 {
  checkRankerModel(ranker, options);
  return new RankerModel(ranker, options);
}

/** @throws InvalidArgumentError */
export function checkRankerModel(ranker: unknown, options: unknown): void {
  if (ranker !== undefined) A_RANKER('ranker', ranker);
  checkOptions('rankerModel', options, RANKER_MODEL);
}
