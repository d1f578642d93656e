import { type GenerationSettings, modelName, type ModelReference } from './model-choice.ts';
import type { PairRanker, RankerCallSettings } from './pair-ranker.ts';

/** Languages in which a judge can be asked. */
export const JUDGE_LANGUAGES = ['en'] as const;

/** One of {@link JUDGE_LANGUAGES}. */
export type JudgeLanguage = (typeof JUDGE_LANGUAGES)[number];

/**
 * A judge with settings of its own, which override those of the verb: what `judge:MODEL` is, and how it is called. It
 * has temperature 0 unless set here.
 */
export interface JudgeEntry extends GenerationSettings, RankerCallSettings {
  /** The model that judges. */
  readonly judge: ModelReference;
  /** Language of the prompt. @default 'en' */
  readonly language?: JudgeLanguage | undefined;
}

/** What `ranker` takes: a name, a ranker object, or a judge with settings. */
export type RankerChoice = PairRanker | JudgeEntry | string;

/** True for the form with settings. */
export function isJudgeEntry(choice: RankerChoice | undefined): choice is JudgeEntry {
  return typeof choice === 'object' && choice !== null && 'judge' in choice && !('doCompare' in choice);
}

/** The name under which a ranker appears in results. */
export function rankerName(choice: RankerChoice): string {
  if (typeof choice === 'string') return choice;
  return isJudgeEntry(choice) ? `judge:${modelName(choice.judge)}` : choice.name;
}
