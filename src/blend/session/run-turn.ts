import { currentCallAccount } from '../../calls/index.ts';
import { isConfigurationError, StoppedError, TimeoutError } from '../../error/index.ts';
import type { Resources } from '../../registry/index.ts';
import { addUsage } from '../../spec/usage.ts';
import { startDeadline } from '../../util/deadline.ts';
import { errorMessage } from '../../util/error-message.ts';
import { NOTHING_DONE, type PhaseOutcome } from '../blend-phase.ts';
import type { CompleteBlendOptions } from '../apply-named-blend.ts';
import type { BlendResult } from '../blend-result.ts';
import type { RankedCandidates } from '../rank-candidates.ts';
import { enoughAnswers } from './enough-answers.ts';
import type { CheckedFusion, Load, Turn } from './turn.ts';

/**
 * A turn from its question to its answer, step by step: candidates, ranking, fusion, and the check that keeps the better
 * of the fused answer and the best candidate (figure 2 of the paper, and what its maintainers learned afterwards: fusing
 * can hurt).
 *
 * @throws NoCandidatesError, InvalidArgumentError and other errors of configuration, the signal's reason on abort.
 */
export async function runTurn({
  options,
  resources,
  ask,
  signal,
}: {
  options: CompleteBlendOptions;
  resources: Resources;
  /** Asks the members, unless that was done before. */
  ask: () => Promise<Turn>;
  /** Ends the run; it aborts with the caller's. */
  signal: AbortSignal;
}): Promise<BlendResult> {
  const start = performance.now();
  using deadline = startDeadline({
    timeoutMs: options.totalTimeoutMs,
    abortSignal: signal,
    createError: () =>
      new TimeoutError({
        what: 'the blend',
        timeoutMs: options.totalTimeoutMs ?? 0,
        hint: 'Raise totalTimeoutMs (--total-timeout).',
      }),
  });
  const turn = await ask();
  const before = turn.ranking;
  const ranker = load(() => resources.resolveRanker(options.ranker, { abortSignal: deadline.signal }));
  const checkRanker =
    options.checkRanker === undefined
      ? ranker
      : load(() => resources.resolveRanker(options.checkRanker, { abortSignal: deadline.signal }));
  const { fuser: named } = options;
  const fuser = named === undefined ? undefined : load(() => turn.loadFuser(named, options, deadline.signal));
  // They load while the models answer. One answer needs none of them.
  const needed = [ranker, ...(options.fusion === false ? [] : [checkRanker, fuser])];
  const { agreed } = await unlessMisconfigured(turn.calls.current.length > 1 ? needed : [], () =>
    enoughAnswers(turn.calls, {
      settings: options,
      goesOn: () => turn.ranking !== before,
      deadline: deadline.signal,
      abortSignal: signal,
    }),
  ).catch((error: unknown) => {
    turn.calls.stop(new StoppedError({ message: `It was stopped: ${errorMessage(error)}` }));
    throw error;
  });
  const generateMs = performance.now() - start;
  if (turn.calls.candidates.length === 0) throw turn.calls.noCandidatesError;

  const callersOwn = turn.ranking === before ? undefined : turn.ranking;
  const ranked = await latestRanking(
    turn,
    callersOwn ?? turn.rank({ settings: options, ranker, agreed, signal: deadline.signal }),
  );
  signal.throwIfAborted();
  const checked = await turn.fuse({
    ranked,
    settings: options,
    fuser,
    checkRanker,
    isChecked: options.stream !== 'fused',
    reasonNotTo: agreed && `${agreed.length} of ${turn.calls.current.length} answers say the same`,
    signal: deadline.signal,
  });
  signal.throwIfAborted();
  const result = toResult(turn, { ranked, checked, generateMs, totalMs: performance.now() - start });
  currentCallAccount()?.onDecision?.(result.decision);
  return result;
}

function toResult(
  { calls }: Turn,
  {
    ranked,
    checked: { fusion, decision },
    generateMs,
    totalMs,
  }: { ranked: RankedCandidates; checked: CheckedFusion; generateMs: number; totalMs: number },
): BlendResult {
  const { object } = (decision.decision === 'fused' ? decision.fused : ranked.candidates[0]) ?? {};
  const generated: PhaseOutcome = { ...NOTHING_DONE, failures: calls.failures, usage: calls.usage };
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
    timings: { totalMs, generateMs, rankMs: ranked.ms, fuseMs: fusion.ms, checkMs: decision.ms },
  };
}

/** One ranker may have done both, and says the same twice. */
function joinWarnings(ranking: string | undefined, check: string | undefined): string | undefined {
  if (ranking === undefined || check === undefined) return ranking ?? check;
  return ranking.includes(check) ? ranking : `${ranking} ${check}`;
}

/** A part that is loaded once, when it is first asked for. */
function load<PART>(start: () => Promise<PART>): Load<PART> {
  let loading: Promise<PART> | undefined;
  return () => (loading ??= start());
}

/** A caller who ranks anew while a blend ranks has it go on with the new ranking. */
async function latestRanking(turn: Turn, first: Promise<RankedCandidates>): Promise<RankedCandidates> {
  let latest = first;
  for (;;) {
    const ranked = await latest;
    if (turn.ranking === undefined || turn.ranking === latest) return ranked;
    latest = turn.ranking;
  }
}

/**
 * Waits for answers while the ranker and the fuser load beside it. A mistake in naming these ends the wait and is thrown
 * at once; bad luck in loading them is left to their own steps.
 */
async function unlessMisconfigured<RESULT>(
  needed: readonly (Load<unknown> | undefined)[],
  wait: () => Promise<RESULT>,
): Promise<RESULT> {
  const { promise: misconfigured, reject } = Promise.withResolvers<never>();
  misconfigured.catch(() => {});
  for (const start of needed) {
    start?.().catch((error: unknown) => {
      if (isConfigurationError(error)) reject(error);
    });
  }
  return Promise.race([wait(), misconfigured]);
}
