import { RankerError } from '../../error/index.ts';
import type { Pair, PairJudgement, PairRanker, PairRankerCompareOptions } from '../../spec/pair-ranker.ts';
import { taskText } from '../../spec/task.ts';
import type { Usage } from '../../spec/usage.ts';
import { aFunction, aText, checkOptions, required } from '../../util/check-options.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { judgePairs } from '../judge-pairs.ts';

/** What a function receives besides the texts. */
export interface RankerFunctionOptions {
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Makes a ranker from a function that compares: it returns the log-odds that left is better, or NaN for no opinion.
 * All pairs are compared at the same time.
 *
 * @example rankerFromComparison({ compare: ({ left, right }) => right.length - left.length })
 */
export function rankerFromComparison(options: {
  compare: (pair: Pair, options: RankerFunctionOptions) => number | PromiseLike<number>;
  /** @default 'comparison' */
  name?: string;
}): PairRanker {
  checkOptions('rankerFromComparison', options, { compare: required(aFunction), name: aText });
  const { compare, name = 'comparison' } = options;
  return {
    specificationVersion: 'v1',
    name,
    async doCompare(compared: PairRankerCompareOptions) {
      const { abortSignal, pairs } = compared;
      const judgements = await judgePairs(compared, async (pair) => ({
        logit: checkScore(await compare(pair, { abortSignal }), name),
      }));
      return { judgements, usage: passes(pairs.length) };
    },
  };
}

/**
 * Makes a ranker from a function that scores one candidate, higher = better. Each candidate of a task is scored once in
 * each call, and the logit of a pair is the difference.
 *
 * @example rankerFromScore({ score: (_task, text) => -text.length })
 */
export function rankerFromScore(options: {
  /** `task` is instruction and input, joined. */
  score: (task: string, text: string, options: RankerFunctionOptions) => number | PromiseLike<number>;
  /** @default 'score' */
  name?: string;
}): PairRanker {
  checkOptions('rankerFromScore', options, { score: required(aFunction), name: aText });
  const { score, name = 'score' } = options;
  return scoreRanker({
    name,
    score: async ({ task, texts, abortSignal }) => ({
      scores: await Promise.all(texts.map(async (text) => checkScore(await score(task, text, { abortSignal }), name))),
      calls: texts.length,
    }),
  });
}

/** What a scorer is given: the distinct candidates that belong to one task. */
export interface ScoreTextsOptions {
  /** Instruction and input, joined. */
  readonly task: string;
  readonly texts: readonly string[];
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * A ranker from scores of single candidates: each is scored once, and the logit of a pair is the difference. Its sign
 * is the preference; its size is a log-odds only if the scores are.
 *
 * @internal
 */
export function scoreRanker(options: {
  name: string;
  /** One number for each text, the higher the better. A text's number must not depend on the other texts. */
  score: (options: ScoreTextsOptions) => Promise<{ readonly scores: readonly number[]; readonly calls: number }>;
}): PairRanker {
  const { name, score } = options;
  return {
    specificationVersion: 'v1',
    name,
    pointwise: true,
    async doCompare({ pairs, abortSignal, onJudgement }: PairRankerCompareOptions) {
      abortSignal?.throwIfAborted();
      const byTask = Map.groupBy(pairs, ({ task }) => taskText(task));
      const known = new Map<string, Map<string, number>>();
      let calls = 0;
      await Promise.all(
        [...byTask].map(async ([task, compared]) => {
          const texts = [...new Set(compared.flatMap(({ left, right }) => [left, right]))].toSorted();
          const result = await raceAbort(score({ task, texts, abortSignal }), abortSignal);
          calls += result.calls;
          known.set(task, new Map(texts.map((text, index) => [text, result.scores[index] ?? Number.NaN])));
        }),
      );
      const judgements = pairs.map(({ task, left, right }, index): PairJudgement => {
        const scores = known.get(taskText(task));
        const judgement = { logit: (scores?.get(left) ?? Number.NaN) - (scores?.get(right) ?? Number.NaN) };
        onJudgement?.(index, judgement);
        return judgement;
      });
      return { judgements, usage: passes(calls) };
    },
  };
}

/** Usage of calls to what is no language model, and may cost something all the same. */
function passes(calls: number): Usage {
  return { calls, rankerPasses: calls, inputTokens: 0, outputTokens: 0, cost: undefined };
}

/** @throws RankerError where a function of the user's gave no number. */
export function checkScore(value: unknown, ranker: string): number {
  if (typeof value === 'number' && (Number.isFinite(value) || Number.isNaN(value))) return value;
  throw new RankerError({
    ranker,
    reason: `expected a finite number, or NaN for no opinion; it gave ${String(value)}.`,
  });
}
