import type { UserModelMessage } from 'ai';
import type { CompareOrders } from '../../compare/index.ts';
import type { FuserChoice, FusionSettings } from '../../fuse/index.ts';
import type { RankSettings } from '../../rank/index.ts';
import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import type { ModelChoice, ModelEntry } from '../../spec/model-choice.ts';
import type { RankerChoice } from '../../spec/ranker-choice.ts';

/** What can be changed of a member: the model, how often it is asked, and with what settings. */
export type MemberChange = Partial<ModelEntry>;

/** How to rank, where it is not as the session says. */
export type RankAgain = RankSettings;

/** How to fuse, where it is not as the session says. */
export interface FuseAgain extends FusionSettings {
  readonly fuser?: FuserChoice | undefined;
  /** How many of the best candidates to fuse. */
  readonly topK?: number | undefined;
  /** Ids of the candidates to fuse, best first, in the place of the best `topK`. */
  readonly from?: readonly string[] | undefined;
  /** What the fuser is asked besides, such as `Answer in a table.` */
  readonly instruction?: string | undefined;
  /** The points that the fuser goes by, such as those of an earlier analysis that a person has ticked. */
  readonly insights?: Partial<FusionAnalysis> | undefined;
  /** Maximum tokens of the fused answer. */
  readonly maxOutputTokens?: number | undefined;
  /** The ranker that compares the fused answer with the best candidate. */
  readonly checkRanker?: RankerChoice | undefined;
}

/** How to compare two answers, where it is not as the session says. */
export interface CompareAnswers {
  readonly ranker?: RankerChoice | undefined;
  readonly orders?: CompareOrders | undefined;
}

/** The question of a further turn. */
export type NextQuestion = UserModelMessage['content'];

/** An action on a session as data, such as from a page: `session.act` takes it, and `session.estimate` says what it takes. */
export type SessionAction =
  | { readonly type: 'run' | 'ask' }
  | { readonly type: 'add'; readonly member: ModelChoice }
  | { readonly type: 'change'; readonly id: string; readonly change: MemberChange }
  | { readonly type: 'retry' | 'remove'; readonly id: string }
  | { readonly type: 'stop'; readonly id?: string | undefined }
  | { readonly type: 'rank'; readonly settings?: RankAgain | undefined }
  | { readonly type: 'fuse'; readonly settings?: FuseAgain | undefined }
  | {
      readonly type: 'compare';
      readonly left: string;
      readonly right: string;
      readonly settings?: CompareAnswers | undefined;
    }
  | { readonly type: 'continue'; readonly from: string; readonly question: NextQuestion };

/** Checks what an action is given, and replaces aliases in it. @throws InvalidArgumentError */
export type PrepareAction = <ACTION extends SessionAction>(action: ACTION) => ACTION;

/** The types of the actions. */
export const SESSION_ACTIONS = [
  'run',
  'ask',
  'add',
  'change',
  'retry',
  'remove',
  'stop',
  'rank',
  'fuse',
  'compare',
  'continue',
] as const satisfies readonly SessionAction['type'][];
