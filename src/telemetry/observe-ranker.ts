import { randomUUID } from 'node:crypto';
import type { PairJudgement, PairRanker, PairRankerCompareOptions } from '../spec/pair-ranker.ts';
import { notify } from '../util/notify.ts';
import { type ComparisonRecord, currentWork } from './trace-record.ts';

/** The same ranker, with a record for each pair that it judges; its prefilter likewise. */
export function observeRanker<RANKER extends PairRanker>(
  ranker: RANKER,
  onComparison: (record: ComparisonRecord) => void,
): RANKER {
  const doCompare = async (options: PairRankerCompareOptions) => {
    const time = new Date().toISOString();
    const reported = new Set<number>();
    const report = (index: number, judgement: PairJudgement) => {
      const pair = options.pairs[index];
      if (reported.has(index) || pair === undefined) return;
      reported.add(index);
      notify(onComparison, {
        type: 'comparison',
        id: randomUUID(),
        time,
        ...currentWork(),
        ranker: ranker.name,
        left: pair.left,
        right: pair.right,
        ...judgement,
      });
    };
    const result = await ranker.doCompare({
      ...options,
      onJudgement: (index, judgement) => {
        report(index, judgement);
        options.onJudgement?.(index, judgement);
      },
    });
    for (const [index, judgement] of result.judgements.entries()) report(index, judgement);
    return result;
  };
  const prefilter = ranker.prefilter === undefined ? undefined : observeRanker(ranker.prefilter, onComparison);
  // Other methods run on the object itself: a copy would not have its private fields.
  return new Proxy(ranker, {
    get(target, key) {
      if (key === 'doCompare') return doCompare;
      if (key === 'prefilter') return prefilter;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
