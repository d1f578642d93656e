import { createCallBudget } from '../calls/index.ts';
import { isConfigurationError, TimeoutError } from '../error/index.ts';
import { checkFuseOptions, type FuserChoice, fuserName, pickFusionSettings, resolveFuser } from '../fuse/index.ts';
import { generateCandidates, type GenerateCandidatesResult, planCalls } from '../generate/index.ts';
import { checkRankSettings } from '../rank/index.ts';
import { DEFAULT_MODEL, DEFAULT_RANKER, sharedResources } from '../registry/index.ts';
import { DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import { normalizePrompt } from '../spec/prompt.ts';
import { rankerName } from '../spec/ranker-choice.ts';
import { addUsage } from '../spec/usage.ts';
import { resolveAnswerForm } from '../structured/index.ts';
import { startDeadline } from '../util/deadline.ts';
import { LinkedAbort } from '../util/linked-abort.ts';
import { applyNamedBlend } from './apply-named-blend.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';
import type { BlendResult } from './blend-result.ts';
import { checkFused } from './check-fused.ts';
import { fuseBest } from './fuse-best.ts';
import { rankCandidates } from './rank-candidates.ts';
import { requirePrices } from './require-prices.ts';

/**
 * The blend, step by step: candidates, ranking, fusion, and the check that keeps the better of the fused answer and
 * the best candidate (figure 2 of the paper, and what its maintainers learned afterwards: fusing can hurt).
 *
 * @throws NoCandidatesError, InvalidArgumentError and other errors of configuration, the signal's reason on abort.
 */
export async function runBlend(given: BlendOptions, emit: (part: BlendPart) => void): Promise<BlendResult> {
  const start = performance.now();
  const options = applyNamedBlend(given);
  const { topK = DEFAULT_TOP_K, abortSignal, totalTimeoutMs, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  const calls = planCalls(options);
  checkRankSettings(options);
  const budget = createCallBudget(options);
  checkFuseOptions(options);
  const form = options.schema === undefined ? undefined : await resolveAnswerForm(options.schema);
  abortSignal?.throwIfAborted();
  emit({ type: 'blend-start', calls: calls.map(({ id, name, sample }) => ({ id, model: name, sample })) });

  using deadline = startDeadline({
    timeoutMs: totalTimeoutMs,
    abortSignal,
    createError: () =>
      new TimeoutError({
        what: 'the blend',
        timeoutMs: totalTimeoutMs ?? 0,
        hint: 'Raise totalTimeoutMs (--total-timeout).',
      }),
  });
  const phase = { task, abortSignal: deadline.signal, callerSignal: abortSignal, budget, emit };
  if (options.maxCost !== undefined) await requirePrices(options, { resources, abortSignal: deadline.signal });
  // Only the fuser has tools, so it is also asked about a single answer.
  const isAlwaysFused = options.conversation !== undefined;
  // One answer needs no ranking, so nothing is loaded for it.
  const ranker =
    calls.length > 1 || isAlwaysFused
      ? resources.resolveRanker(options.ranker, { abortSignal: deadline.signal })
      : new Promise<never>(() => {});
  const checkRanker =
    options.checkRanker === undefined || options.fusion === false || (calls.length < 2 && !isAlwaysFused)
      ? ranker
      : resources.resolveRanker(options.checkRanker, { abortSignal: deadline.signal });
  const makeFuser = (choice: FuserChoice) =>
    resolveFuser({ ...fuserOptions(options), fuser: choice, resources, abortSignal: deadline.signal });
  const namedFuser =
    options.fuser === undefined || options.fusion === false || calls.length < 2 ? undefined : makeFuser(options.fuser);

  const generated = await unlessMisconfigured([ranker, checkRanker, namedFuser], abortSignal, (signal) =>
    generateCandidates({ ...options, resources, budget, abortSignal: signal, onPart: emit }),
  );
  const ranked = await rankCandidates({
    ...phase,
    settings: options,
    ranker,
    rankerName: rankerName(options.ranker ?? DEFAULT_RANKER),
    candidates: generated.candidates,
  });
  // The model of the best answer fuses unless another is named: it is known to work, and to work well.
  const fuser = options.fuser ?? calls.find(({ id }) => id === ranked.candidates[0]?.id)?.model ?? DEFAULT_MODEL;
  const fusion = await fuseBest({
    ...phase,
    fuser: options.fusion === false ? undefined : () => namedFuser ?? makeFuser(fuser),
    fuserName: fuserName(fuser),
    isAlwaysAsked: isAlwaysFused,
    topK,
    form,
    ranked,
  });
  const decision = await checkFused({
    ...phase,
    settings: options,
    ranker: checkRanker,
    rankerName: rankerName(options.checkRanker ?? options.ranker ?? DEFAULT_RANKER),
    ranked,
    fusion,
  });

  const { object } = (decision.decision === 'fused' ? decision.fused : ranked.candidates[0]) ?? {};
  const phases = [generated, ranked, fusion, decision];
  const usage = addUsage(...phases.map((outcome) => outcome.usage));
  const failures = phases.flatMap((outcome) => outcome.failures);
  return {
    text: decision.text,
    object,
    decision: decision.decision,
    decisionReason: ranked.lowQuality
      ? `${decision.decisionReason} The judge found every candidate bad.`
      : decision.decisionReason,
    candidates: ranked.candidates,
    fused: decision.fused,
    comparisons: [...ranked.comparisons, ...decision.comparisons],
    explanation: ranked.explanation,
    failures,
    stopped: failures.some(({ kind }) => kind === 'budget') ? 'budget' : undefined,
    ranker: ranked.ranker,
    warning: joinWarnings(ranked.warning, decision.warning),
    positionBias: ranked.positionBias,
    lowQuality: ranked.lowQuality,
    unreadable: ranked.unreadable,
    truncated: ranked.truncated || fusion.truncated || decision.truncated,
    usage,
    cost: usage.cost,
    timings: {
      totalMs: performance.now() - start,
      generateMs: generated.timings.totalMs,
      rankMs: ranked.ms,
      fuseMs: fusion.ms,
      checkMs: decision.ms,
    },
  };
}

/** One ranker may have done both, and says the same twice. */
function joinWarnings(ranking: string | undefined, check: string | undefined): string | undefined {
  if (ranking === undefined || check === undefined) return ranking ?? check;
  return ranking.includes(check) ? ranking : `${ranking} ${check}`;
}

/** Of the settings for the candidates only the length applies to the fusion, which gains nothing from sampling. */
function fuserOptions({ maxOutputTokens, timeoutMs, maxRetries, conversation, ...options }: BlendOptions) {
  return { maxOutputTokens, timeoutMs, maxRetries, conversation, ...pickFusionSettings(options) };
}

/**
 * Generates while the ranker and the fuser load beside it. A mistake in naming these stops the generation and is
 * thrown at once; bad luck in loading them is left to their own phases.
 */
async function unlessMisconfigured(
  needed: readonly (Promise<unknown> | undefined)[],
  abortSignal: AbortSignal | undefined,
  generate: (signal: AbortSignal | undefined) => Promise<GenerateCandidatesResult>,
): Promise<GenerateCandidatesResult> {
  using linked = new LinkedAbort(abortSignal);
  const { promise: misconfigured, reject } = Promise.withResolvers<never>();
  misconfigured.catch(() => {});
  for (const promise of needed) {
    promise?.catch((error: unknown) => {
      if (isConfigurationError(error)) reject(error);
    });
  }
  try {
    return await Promise.race([generate(linked.signal), misconfigured]);
  } catch (error) {
    linked.abort(error);
    throw error;
  }
}
