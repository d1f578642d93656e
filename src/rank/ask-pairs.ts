import { comparePairs, type PairComparison } from '../compare/index.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import { type LogitMatrix, toLogitMatrix } from './logit-matrix.ts';
import type { RankerEffort, StopReason } from './rank-explanation.ts';
import { allPairs } from './schedule/full.ts';
import type { PairIndices, Schedule, ScheduleSettings } from './schedule/schedule.ts';

/** Everything that was asked for a ranking. */
export interface AskedPairs {
  readonly comparisons: readonly PairComparison[];
  readonly batches: readonly (readonly PairIndices[])[];
  readonly stopped: StopReason;
  /** What the ranker's prefilter says of all pairs, where the schedule heeds one. */
  readonly prefilter: LogitMatrix | undefined;
  readonly efforts: readonly RankerEffort[];
  readonly usage: Usage;
}

/** Asks the ranker what the schedule wants to know; before that its prefilter, of all pairs. */
export async function askPairs({
  schedule,
  settings,
  maxPairs,
  onComparison,
  ...compare
}: Omit<Parameters<typeof comparePairs>[0], 'pairs'> & {
  schedule: Schedule;
  settings: Omit<ScheduleSettings, 'prefilter'>;
  maxPairs: number;
}): Promise<AskedPairs> {
  const { ranker, texts } = compare;
  const size = texts.length;
  const efforts: RankerEffort[] = [];
  let usage: Usage = NO_USAGE;
  let prefilter: LogitMatrix | undefined;
  if (ranker.prefilter !== undefined && schedule.usesPrefilter === true) {
    const pairs = allPairs(size);
    const prefiltered = await comparePairs({ ...compare, ranker: ranker.prefilter, pairs });
    prefilter = toLogitMatrix(size, prefiltered.comparisons);
    usage = prefiltered.usage;
    efforts.push({ ranker: ranker.prefilter.name, pairs: pairs.length, calls: usage.calls });
  }

  const comparisons: PairComparison[] = [];
  const batches: (readonly PairIndices[])[] = [];
  let calls = 0;
  const wanted = schedule.pairs(size, { ...settings, prefilter });
  let next = wanted.next();
  while (!next.done && comparisons.length < maxPairs) {
    const batch = next.value.slice(0, maxPairs - comparisons.length);
    const result = await comparePairs({ ...compare, pairs: batch, onComparison });
    comparisons.push(...result.comparisons);
    batches.push(batch);
    usage = addUsage(usage, result.usage);
    calls += result.usage.calls;
    // A batch that was cut is the last.
    if (batch.length === next.value.length) next = wanted.next(result.comparisons);
  }
  efforts.push({ ranker: ranker.name, pairs: comparisons.length, calls });

  const hasAll = comparisons.length === (size * (size - 1)) / 2;
  const stopped = hasAll
    ? 'all-pairs'
    : !next.done
      ? 'max-pairs'
      : schedule.settles === true
        ? 'settled'
        : 'strategy-end';
  return { comparisons, batches, stopped, prefilter, efforts, usage };
}
