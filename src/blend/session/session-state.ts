import type { RankExplanation, RankProgress } from '../../rank/index.ts';
import type { CallFailure, Candidate } from '../../spec/candidate.ts';
import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import type { BlendEvent, BlendMember, BlendPart, PlannedCall, StepCost } from '../blend-parts.ts';
import type { BlendComparison, BlendResult, FusedAnswer, RankedCandidate } from '../blend-result.ts';

/** One call, as far as it is. */
export interface CallState extends PlannedCall {
  /** False once the call takes no part any more: it was removed, or its member was asked anew. */
  readonly takesPart: boolean;
  /** Milliseconds since the session began; undefined while the call waits for its place. */
  readonly startedAt: number | undefined;
  /** What has been written so far. Untrusted. */
  readonly text: string;
  /** What the model has thought so far. Untrusted. */
  readonly reasoning: string;
  readonly candidate: Candidate | undefined;
  readonly failure: CallFailure | undefined;
}

/** A ranking, as far as it is. */
export interface RankingState {
  readonly ranker: string;
  /** Ids of what is ranked. */
  readonly from: readonly string[];
  readonly comparisons: readonly BlendComparison[];
  readonly progress: RankProgress | undefined;
  /** Best first; undefined until it has ended. */
  readonly candidates: readonly RankedCandidate[] | undefined;
  /** How the ranking came about: the matrix, confidences and intervals. Its indices refer to `candidates`. */
  readonly explanation: RankExplanation | undefined;
  /** What should be known of the ranker. */
  readonly warning: string | undefined;
  readonly failure: CallFailure | undefined;
  readonly cost: StepCost | undefined;
}

/** A fusion, as far as it is. */
export interface FusionState {
  readonly id: string;
  readonly fuser: string;
  /** Ids of what is fused, best first. */
  readonly from: readonly string[];
  /** What it does now. */
  readonly phase: 'analysing' | 'writing' | 'checking' | 'ended';
  /** Untrusted. */
  readonly text: string;
  /** What the fuser has thought so far. Untrusted. */
  readonly reasoning: string;
  readonly analysis: FusionAnalysis | undefined;
  readonly fused: FusedAnswer | undefined;
  readonly failure: CallFailure | undefined;
  /** The comparison with the best candidate. */
  readonly comparison: BlendComparison | undefined;
  /** Which of the two is better, and why; undefined until that is decided. */
  readonly decision: Pick<BlendResult, 'decision' | 'decisionReason'> | undefined;
  readonly probability: number | undefined;
  /** Of writing, and of the check. */
  readonly costs: readonly StepCost[];
}

/** Two answers that were compared because a caller asked for it. */
export interface ComparedState {
  readonly left: string;
  readonly right: string;
  readonly comparison: BlendComparison | undefined;
  readonly failure: CallFailure | undefined;
  /** Undefined until it has ended. */
  readonly cost: StepCost | undefined;
}

/** One question and what became of it. */
export interface TurnState {
  /** From 1. */
  readonly turn: number;
  readonly question: string;
  /** Id of the answer that it continues from; undefined in the first. */
  readonly from: string | undefined;
  readonly members: readonly BlendMember[];
  /** Every call of the turn, in the order in which they were planned. */
  readonly calls: readonly CallState[];
  /** The latest ranking. */
  readonly ranking: RankingState | undefined;
  readonly fusions: readonly FusionState[];
  readonly compared: readonly ComparedState[];
  /** Of the latest run. */
  readonly result: BlendResult | undefined;
  /** Why the latest run failed. */
  readonly error: string | undefined;
}

/** A session as plain data: what its parts say so far. */
export interface BlendState {
  /** Number of the last part that is in it; 0 = none. */
  readonly seq: number;
  /** The last one is the present one. */
  readonly turns: readonly TurnState[];
  /** Of all that has ended. */
  readonly usage: Usage;
  readonly isClosed: boolean;
}

/** The state before the first part. */
export const INITIAL_BLEND_STATE: BlendState = { seq: 0, turns: [], usage: NO_USAGE, isClosed: false };

/**
 * The state after one more part. Parts come in the order of their numbers; one whose number is not the next is a mistake
 * of the caller.
 *
 * @throws RangeError for such a part.
 * @example
 * let state = INITIAL_BLEND_STATE;
 * for await (const part of streamBlend({ prompt: 'Why is the sky blue?' })) state = reduceBlend(state, part);
 */
export function reduceBlend(state: BlendState, part: BlendPart): BlendState {
  if (part.seq !== state.seq + 1) throw new RangeError(`Part ${part.seq} does not follow part ${state.seq}.`);
  const next = { ...state, seq: part.seq, usage: addUsage(state.usage, usageOf(part)) };
  if (part.type === 'session-end') return { ...next, isClosed: true };
  if (part.type === 'blend-start') return { ...next, turns: [...state.turns, startTurn(part)] };
  const turn = state.turns.at(-1);
  return turn === undefined ? next : { ...next, turns: [...state.turns.slice(0, -1), reduceTurn(turn, part)] };
}

function usageOf(part: BlendEvent): Usage {
  if ('usage' in part) return part.usage;
  if (part.type === 'candidate-end') return part.candidate.usage;
  return (part.type === 'candidate-error' ? part.failure.usage : undefined) ?? NO_USAGE;
}

function startTurn({ turn, question, from, members, calls }: Extract<BlendEvent, { type: 'blend-start' }>): TurnState {
  return {
    turn,
    question,
    from,
    members,
    calls: calls.map(planned),
    ranking: undefined,
    fusions: [],
    compared: [],
    result: undefined,
    error: undefined,
  };
}

function planned(call: PlannedCall): CallState {
  const nothing = { startedAt: undefined, text: '', reasoning: '', candidate: undefined, failure: undefined };
  return { ...call, takesPart: true, ...nothing };
}

function reduceTurn(turn: TurnState, part: BlendPart): TurnState {
  const { ranking } = turn;
  const call = (id: string, change: (call: CallState) => Partial<CallState>): TurnState => ({
    ...turn,
    calls: changed(turn.calls, id, change),
  });
  const fusion = (id: string, change: (fusion: FusionState) => Partial<FusionState>): TurnState => ({
    ...turn,
    fusions: changed(turn.fusions, id, change),
  });
  switch (part.type) {
    case 'members-change':
      return { ...turn, members: part.members, calls: changeCalls(turn.calls, part.calls) };
    case 'candidate-start':
      return call(part.id, () => ({ startedAt: part.at }));
    case 'candidate-delta':
      return call(part.id, ({ text }) => ({ text: text + part.delta }));
    case 'candidate-reasoning-delta':
      return call(part.id, ({ reasoning }) => ({ reasoning: reasoning + part.delta }));
    case 'candidate-restart':
      return call(part.id, ({ text }) => ({ reasoning: text, text: '' }));
    case 'candidate-end':
      return call(part.candidate.id, () => ({ candidate: part.candidate }));
    case 'candidate-error':
      return call(part.failure.id, () => ({ failure: part.failure }));
    case 'rank-start':
      return { ...turn, ranking: startRanking(part) };
    case 'comparison-end': {
      const { comparison, progress } = part;
      if (comparison.phase === 'check') return fusion(comparison.left, () => ({ comparison }));
      if (ranking === undefined) return turn;
      return { ...turn, ranking: { ...ranking, comparisons: [...ranking.comparisons, comparison], progress } };
    }
    case 'rank-end': {
      if (ranking === undefined) return turn;
      const { candidates, explanation, warning, failure } = part;
      return { ...turn, ranking: { ...ranking, candidates, explanation, warning, failure, cost: costOf(part) } };
    }
    case 'fusion-start':
      return { ...turn, fusions: [...turn.fusions, startFusion(part)] };
    case 'analysis-start':
      return fusion(part.id, () => ({ phase: 'analysing' }));
    case 'analysis-end':
      return fusion(part.id, () => ({ phase: 'writing', analysis: part.analysis }));
    case 'fusion-delta':
      return fusion(part.id, ({ text }) => ({ text: text + part.delta }));
    case 'fusion-reasoning-delta':
      return fusion(part.id, ({ reasoning }) => ({ reasoning: reasoning + part.delta }));
    case 'fusion-restart':
      return fusion(part.id, ({ text, reasoning }) => ({
        reasoning: part.reason === 'thought' ? text : reasoning,
        text: '',
      }));
    case 'fusion-end':
      return fusion(part.id, ({ costs }) => ({
        phase: part.fused === undefined ? 'ended' : 'checking',
        fused: part.fused,
        failure: part.failure,
        costs: [...costs, costOf(part)],
      }));
    case 'check-end':
      return fusion(part.id, ({ costs, fused, failure }) => ({
        phase: 'ended',
        fused: fused && { ...fused, probability: part.probability },
        failure: failure ?? part.failure,
        decision: { decision: part.decision, decisionReason: part.decisionReason },
        probability: part.probability,
        costs: [...costs, costOf(part)],
      }));
    case 'compare-start': {
      const { left, right } = part;
      const open = { left, right, comparison: undefined, failure: undefined, cost: undefined };
      return { ...turn, compared: [...turn.compared, open] };
    }
    case 'compare-end': {
      const { left, right, comparison, failure } = part;
      const isThis = (one: ComparedState) => one.left === left && one.right === right && one.cost === undefined;
      const index = turn.compared.findIndex(isThis);
      const ended = { left, right, comparison, failure, cost: costOf(part) };
      return { ...turn, compared: turn.compared.with(index, ended) };
    }
    case 'blend-end':
      return { ...turn, result: part.result, error: undefined };
    case 'blend-error':
      return { ...turn, error: part.message };
    case 'blend-start':
    case 'session-end':
      return turn;
    default:
      // A recording of a newer version may have others.
      part satisfies never;
      return turn;
  }
}

function startRanking({ ranker, candidates }: Extract<BlendEvent, { type: 'rank-start' }>): RankingState {
  return {
    ranker,
    from: candidates,
    comparisons: [],
    progress: undefined,
    candidates: undefined,
    explanation: undefined,
    warning: undefined,
    failure: undefined,
    cost: undefined,
  };
}

function startFusion({ id, fuser, from }: Extract<BlendEvent, { type: 'fusion-start' }>): FusionState {
  return {
    id,
    fuser,
    from,
    phase: 'writing',
    text: '',
    reasoning: '',
    analysis: undefined,
    fused: undefined,
    failure: undefined,
    comparison: undefined,
    decision: undefined,
    probability: undefined,
    costs: [],
  };
}

/** The calls after a change of members: those that are not listed any more take no part, and new ones are waiting. */
function changeCalls(before: readonly CallState[], listed: readonly PlannedCall[]): readonly CallState[] {
  const taking = new Set(listed.map(({ id }) => id));
  const known = new Set(before.map(({ id }) => id));
  return [
    ...before.map((call) =>
      call.takesPart === taking.has(call.id) ? call : { ...call, takesPart: taking.has(call.id) },
    ),
    ...listed.filter(({ id }) => !known.has(id)).map(planned),
  ];
}

function costOf({ usage, ms }: StepCost): StepCost {
  return { usage, ms };
}

function changed<ENTRY extends { readonly id: string }>(
  entries: readonly ENTRY[],
  id: string,
  change: (entry: ENTRY) => Partial<ENTRY>,
): readonly ENTRY[] {
  return entries.map((entry) => (entry.id === id ? { ...entry, ...change(entry) } : entry));
}
