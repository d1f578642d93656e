import type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
} from '../spec/pair-ranker.ts';

/** A ranker that answers by a function and records its calls. */
export class FakePairRanker implements PairRanker {
  readonly specificationVersion = 'v1';
  readonly name: string;
  /** Every call, in order. */
  readonly calls: PairRankerCompareOptions[] = [];
  readonly #judge: (
    pair: Pair,
    abortSignal: AbortSignal | undefined,
  ) => number | PairJudgement | Promise<number | PairJudgement>;

  constructor({
    name = 'fake',
    judge = () => {
      throw new Error('FakePairRanker: no judge was set');
    },
  }: {
    name?: string;
    /** The logit that left is better, or a whole judgement. It may wait, and it may throw. */
    judge?: (
      pair: Pair,
      abortSignal: AbortSignal | undefined,
    ) => number | PairJudgement | Promise<number | PairJudgement>;
  } = {}) {
    this.name = name;
    this.#judge = judge;
  }

  /** Pairs of all calls. */
  get pairs(): readonly Pair[] {
    return this.calls.flatMap(({ pairs }) => pairs);
  }

  async doCompare(options: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    this.calls.push(options);
    const judgements: PairJudgement[] = [];
    for (const [index, pair] of options.pairs.entries()) {
      options.abortSignal?.throwIfAborted();
      const answer = await this.#judge(pair, options.abortSignal);
      const judgement = typeof answer === 'number' ? { logit: answer } : answer;
      judgements.push(judgement);
      options.onJudgement?.(index, judgement);
    }
    return { judgements, usage: { calls: options.pairs.length, inputTokens: 0, outputTokens: 0, cost: 0 } };
  }
}
