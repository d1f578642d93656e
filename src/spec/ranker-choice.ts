import { type GenerationSettings, modelName, type ModelReference } from './model-choice.ts';
import type { PairRanker, RankerCallSettings } from './pair-ranker.ts';
import { formatRankerName, parseRankerName, type RankerNameText } from './ranker-name.ts';

/** Languages of the judge prompt. */
export const JUDGE_LANGUAGES = ['en'] as const;

/** One of {@link JUDGE_LANGUAGES}. */
export type JudgeLanguage = (typeof JUDGE_LANGUAGES)[number];

/**
 * `judge:MODEL` with settings, which override those of the call. The temperature is 0 unless set here.
 */
export interface JudgeEntry extends GenerationSettings, RankerCallSettings {
  /** The model that judges. */
  readonly judge: ModelReference;
  /** Language of the prompt. @default 'en' */
  readonly language?: JudgeLanguage | undefined;
}

/** What `ranker` takes: a name, a ranker object, or a judge with settings. */
export type RankerChoice = PairRanker | JudgeEntry | RankerNameText;

/** Aliases for rankers. */
export type RankerAliases = Readonly<Record<string, RankerChoice>>;

/** True for the form with settings. */
export function isJudgeEntry(choice: RankerChoice | undefined): choice is JudgeEntry {
  return typeof choice === 'object' && choice !== null && 'judge' in choice && !('doCompare' in choice);
}

/** The name under which a ranker appears in results. */
export function rankerName(choice: RankerChoice): string {
  if (typeof choice === 'string') return choice;
  return isJudgeEntry(choice) ? formatRankerName({ kind: 'judge', model: modelName(choice.judge) }) : choice.name;
}

/**
 * Replaces an alias by what it stands for, also behind `cascade:`, and behind the `cascade:` that an alias stands for.
 */
export function expandRankerAlias<REFERENCE extends RankerChoice | undefined>(
  aliases: RankerAliases,
  reference: REFERENCE,
): REFERENCE | RankerChoice {
  const first = expandOnce(aliases, reference);
  return first === reference ? reference : expandOnce(aliases, first);
}

function expandOnce<REFERENCE>(aliases: RankerAliases, reference: REFERENCE): REFERENCE | RankerChoice {
  if (typeof reference !== 'string') return reference;
  if (Object.hasOwn(aliases, reference)) return aliases[reference] ?? reference;
  const ranker = parseRankerName(reference);
  if (ranker.kind !== 'cascade') return reference;
  const name = formatRankerName(ranker.ranker);
  const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  // An object has no name to put behind the prefix: it is expanded when the cascade resolves its parts.
  return typeof target === 'string'
    ? formatRankerName({ kind: 'cascade', ranker: parseRankerName(target) })
    : reference;
}

/** The language model behind a ranker. */
export interface JudgeInfo {
  readonly model: ModelReference;
  readonly settings: Omit<JudgeEntry, 'judge'>;
  /** It ranks all candidates in one call. */
  readonly isList: boolean;
  /** It is asked only where a cheaper ranker is unsure. */
  readonly isCascade: boolean;
}

/** The language model that a ranker calls, as far as its name or entry shows; undefined where it calls none. */
export function judgeOf(choice: RankerChoice | undefined, aliases: RankerAliases = {}): JudgeInfo | undefined {
  const expanded = expandRankerAlias(aliases, choice);
  if (isJudgeEntry(expanded)) {
    const { judge, ...settings } = expanded;
    return { model: judge, settings, isList: false, isCascade: false };
  }
  if (typeof expanded !== 'string') return undefined;
  const ranker = parseRankerName(expanded);
  switch (ranker.kind) {
    case 'judge':
    case 'list-judge':
      return { model: ranker.model, settings: {}, isList: ranker.kind === 'list-judge', isCascade: false };
    case 'cascade': {
      const judge = judgeOf(expandRankerAlias(aliases, formatRankerName(ranker.ranker)));
      return judge && { ...judge, isCascade: true };
    }
    default:
      return undefined;
  }
}
