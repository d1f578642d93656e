export { blend, streamBlend } from './blend.ts';
export { applyNamedBlend, type BlendDefaults, blendsWithDefaults } from './apply-named-blend.ts';
export type { BlendStream } from './blend-stream.ts';
export type { BlendOptions } from './blend-options.ts';
export type { BlendEvent, BlendMember, BlendPart, PlannedCall, StepCost } from './blend-parts.ts';
export type { BlendComparison, BlendResult, BlendTimings, FusedAnswer, RankedCandidate } from './blend-result.ts';
export { decisionOf } from './check-fused.ts';
export { estimateBlend } from './estimate-blend.ts';
export { BUILT_IN_BLENDS, DEFAULT_BLEND } from './built-in-blends.ts';
export { checkBlendSettings, type NamedBlend, type NamedBlends, type StreamName, STREAMS } from './named-blend.ts';
export type { RecordOptions } from './record/part-line.ts';
export { recordBlend } from './record/record-blend.ts';
export { replayBlend, type ReplayOptions } from './record/replay-blend.ts';
export { BlendSession } from './session/blend-session.ts';
export {
  type CompareAnswers,
  type FuseAgain,
  type MemberChange,
  type NextQuestion,
  type PrepareAction,
  type RankAgain,
  SESSION_ACTIONS,
  type SessionAction,
} from './session/session-actions.ts';
export {
  type BlendState,
  type CallState,
  type ComparedState,
  type FusionState,
  INITIAL_BLEND_STATE,
  type RankingState,
  reduceBlend,
  type TurnState,
} from './session/session-state.ts';
