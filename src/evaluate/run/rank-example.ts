import type { JsonValue } from '../../batch/index.ts';
import type { Blender } from '../../api/index.ts';
import type { PairComparison } from '../../compare/index.ts';
import type { RankSettings } from '../../rank/index.ts';
import { type Question, roundScores } from '../../records/index.ts';
import type { RankerChoice } from '../../spec/ranker-choice.ts';
import { type RankerAnswer, spentOf, type StoredComparison } from './answers.ts';

/** A ranker with the name that it has in the results. */
export type NamedRanker =
  | string
  | {
      readonly name: string;
      readonly ranker: RankerChoice;
      /** What its answers depend on besides its name, such as a hash of its weights. */
      readonly configuration?: Readonly<Record<string, JsonValue>> | undefined;
    };

/** The parts of a named ranker. */
export function rankerParts(given: NamedRanker): {
  readonly name: string;
  readonly ranker: RankerChoice;
  readonly configuration: Readonly<Record<string, JsonValue>>;
} {
  return typeof given === 'string'
    ? { name: given, ranker: given, configuration: {} }
    : { name: given.name, ranker: given.ranker, configuration: given.configuration ?? {} };
}

/** How texts are ranked; all pairs in both orders unless it says otherwise. */
export type ExampleRanking = Pick<
  RankSettings,
  'ranker' | 'strategy' | 'aggregation' | 'goal' | 'confidence' | 'maxPairs' | 'orders'
>;

/** Ranks the texts of an example, in a form that can be stored. */
export async function rankExample(
  blender: Pick<Blender, 'rank'>,
  { question, texts }: { question: Question; texts: readonly string[] },
  settings: ExampleRanking,
  abortSignal: AbortSignal,
): Promise<RankerAnswer> {
  const { strategy = 'full', ...others } = settings;
  const result = await blender.rank({ ...question, candidates: texts, strategy, ...others, abortSignal } as Parameters<
    Blender['rank']
  >[0]);
  const { scores, ranks, best, comparisons, truncated, usage } = result;
  return roundScores({
    scores,
    ranks,
    best,
    comparisons: comparisons.map(storedComparison),
    truncated,
    spent: spentOf(usage),
  });
}

function storedComparison({ left, right, logit, forward, reverse, rule }: PairComparison): StoredComparison {
  const verdicts = [forward?.verdict ?? null, reverse?.verdict ?? null];
  return {
    left,
    right,
    logit: numberOrNull(logit),
    forward: numberOrNull(forward?.logit),
    reverse: numberOrNull(reverse?.logit),
    ...(verdicts.every((verdict) => verdict === null) ? {} : { verdicts }),
    ...(rule === undefined ? {} : { rule }),
  };
}

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
