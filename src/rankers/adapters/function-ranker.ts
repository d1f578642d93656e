import type { Pair, PairJudgement, PairRanker, PairRankerCompareOptions } from '../../spec/pair-ranker.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { checkNumber, scoreRanker } from './score-ranker.ts';

/** What a function is called with beside the texts. */
export interface RankerFunctionOptions {
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Makes a ranker of a function that compares: it returns the log-odds that left is better, or NaN for no opinion.
 * Functions of all pairs run at the same time.
 *
 * @example rankerFromComparison({ compare: ({ left, right }) => right.length - left.length })
 */
export function rankerFromComparison({
  compare,
  name = 'comparison',
}: {
  compare: (pair: Pair, options: RankerFunctionOptions) => number | PromiseLike<number>;
  /** @default 'comparison' */
  name?: string;
}): PairRanker {
  return {
    specificationVersion: 'v1',
    name,
    async doCompare({ pairs, abortSignal, onJudgement }: PairRankerCompareOptions) {
      abortSignal?.throwIfAborted();
      const judged = pairs.map(async (pair, index): Promise<PairJudgement> => {
        const judgement = { logit: checkNumber(await compare(pair, { abortSignal }), name) };
        if (abortSignal?.aborted !== true) onJudgement?.(index, judgement);
        return judgement;
      });
      const judgements = await raceAbort(Promise.all(judged), abortSignal);
      return { judgements, usage: { calls: pairs.length, inputTokens: 0, outputTokens: 0, cost: undefined } };
    },
  };
}

/**
 * Makes a ranker of a function that scores one candidate, the higher the better. Each candidate of a task is scored
 * once a call, and the logit of a pair is the difference.
 *
 * @example rankerFromScore({ score: (task, text) => -text.length })
 */
export function rankerFromScore({
  score,
  name = 'score',
}: {
  /** `task` is instruction and input, joined. */
  score: (task: string, text: string, options: RankerFunctionOptions) => number | PromiseLike<number>;
  /** @default 'score' */
  name?: string;
}): PairRanker {
  return scoreRanker({
    name,
    score: async ({ task, texts, abortSignal }) => ({
      scores: await Promise.all(texts.map(async (text) => checkNumber(await score(task, text, { abortSignal }), name))),
      calls: texts.length,
    }),
  });
}
