import { type GenerationSettings, modelName, type ModelReference } from './model-choice.ts';
import type { PairRanker } from './pair-ranker.ts';

/** A judge with options of its provider, such as safety settings: what `judge:MODEL` is, and what its calls carry. */
export interface JudgeEntry {
  /** The model that judges. */
  readonly judge: ModelReference;
  /** Passed through to the provider with every call, see the AI SDK. */
  readonly providerOptions?: GenerationSettings['providerOptions'];
}

/** What `ranker` takes: a name, a ranker object, or a judge with options. */
export type RankerChoice = PairRanker | JudgeEntry | string;

/** True for the form with options. */
export function isJudgeEntry(choice: RankerChoice | undefined): choice is JudgeEntry {
  return typeof choice === 'object' && choice !== null && 'judge' in choice && !('doCompare' in choice);
}

/** The name under which a ranker appears in results. */
export function rankerName(choice: RankerChoice): string {
  if (typeof choice === 'string') return choice;
  return isJudgeEntry(choice) ? `judge:${modelName(choice.judge)}` : choice.name;
}
