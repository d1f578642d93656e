import type { SessionAction as LibraryAction } from '../../../src/blend/session/session-actions.ts';
/** What the server and the page share, as types: the page has no other tie to the code of the library. */
export type { BlendMember, BlendPart, StepCost } from '../../../src/blend/blend-parts.ts';
export type { BlendComparison, BlendResult, FusedAnswer, RankedCandidate } from '../../../src/blend/blend-result.ts';
export type { FuseAgain } from '../../../src/blend/session/session-actions.ts';
export type {
  BlendState,
  CallState,
  FusionState,
  RankingState,
  TurnState,
} from '../../../src/blend/session/session-state.ts';
export type { CallFailure } from '../../../src/spec/candidate.ts';
export type { FusionAnalysis } from '../../../src/spec/fusion-analysis.ts';
export type { PairJudgement } from '../../../src/spec/pair-ranker.ts';
export type { Usage } from '../../../src/spec/usage.ts';

/** A question as the server takes it: its text, or a text with images. */
export type QuestionContent =
  | string
  | readonly (
      | { readonly type: 'text'; readonly text: string }
      | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }
    )[];

/** An action as the server takes it. */
export type SessionAction =
  | Exclude<LibraryAction, { readonly type: 'continue' }>
  | { readonly type: 'continue'; readonly from: string; readonly question: QuestionContent };
