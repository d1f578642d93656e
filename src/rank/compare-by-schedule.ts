import { comparePairs, type PairComparison } from '../compare/index.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import { type LogitMatrix, toLogitMatrix } from './logit-matrix.ts';
import type { RankerWork, StopReason } from './rank-explanation.ts';
import { allPairs } from './schedule/full.ts';
import type { PairIndices, Schedule, ScheduleSettings } from './schedule/schedule.ts';

/** The pairs compared for a ranking. */
export interface ComparedPairs {
  readonly comparisons: readonly PairComparison[];
  readonly batches: readonly (readonly PairIndices[])[];
  readonly stopped: StopReason;
  /** The prefilter's logits of all pairs, where the ranker has one and the schedule uses it. */
  readonly prefilter: LogitMatrix | undefined;
  readonly rankers: readonly RankerWork[];
  readonly usage: Usage;
}

/** Compares the pairs that the schedule names, after all pairs by the ranker's prefilter where it has one. */
export async function compareBySchedule({
  schedule,
  settings,
  maxPairs,
  onComparison,
  ...common
}: Omit<Parameters<typeof comparePairs>[0], 'pairs'> & {
  schedule: Schedule;
  settings: Omit<ScheduleSettings, 'prefilter'>;
  maxPairs: number;
}): Promise<ComparedPairs> {
  const { ranker, texts } = common;
  const size = texts.length;
  const rankers: RankerWork[] = [];
  let usage: Usage = NO_USAGE;
  let prefilter: LogitMatrix | undefined;
  if (ranker.prefilter !== undefined && schedule.usesPrefilter === true) {
    const pairs = allPairs(size);
    const prefiltered = await comparePairs({ ...common, ranker: ranker.prefilter, pairs });
    prefilter = toLogitMatrix(size, prefiltered.comparisons);
    usage = prefiltered.usage;
    rankers.push({ ranker: ranker.prefilter.name, pairs: pairs.length, calls: usage.calls });
  }

  const comparisons: PairComparison[] = [];
  const batches: (readonly PairIndices[])[] = [];
  let calls = 0;
  const batchesWanted = schedule.pairs(size, { ...settings, prefilter });
  let next = batchesWanted.next();
  while (!next.done && comparisons.length < maxPairs) {
    const batch = next.value.slice(0, maxPairs - comparisons.length);
    const result = await comparePairs({ ...common, pairs: batch, onComparison });
    comparisons.push(...result.comparisons);
    batches.push(batch);
    usage = addUsage(usage, result.usage);
    calls += result.usage.calls;
    // A batch that was cut is the last.
    if (batch.length === next.value.length) next = batchesWanted.next(result.comparisons);
  }
  rankers.push({ ranker: ranker.name, pairs: comparisons.length, calls });

  const hasAll = comparisons.length === (size * (size - 1)) / 2;
  const stopped = hasAll
    ? 'all-pairs'
    : !next.done
      ? 'max-pairs'
      : schedule.settles === true
        ? 'settled'
        : 'strategy-end';
  return { comparisons, batches, stopped, prefilter, rankers, usage };
}
