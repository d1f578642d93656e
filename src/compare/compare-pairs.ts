import { BlenderError, RankerError } from '../error/index.ts';
import { currentCallAccount } from '../calls/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  RankerCallSettings,
} from '../spec/pair-ranker.ts';
import type { Task } from '../spec/task.ts';
import { NO_USAGE, type Usage } from '../spec/usage.ts';
import { doWork, inSpan } from '../telemetry/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { notify } from '../util/notify.ts';
import { raceAbort } from '../util/race-abort.ts';
import { combineJudgements, compareByRule, type CompareOrders, type PairComparison } from './pair-comparison.ts';

/** Result of {@link comparePairs}. */
export interface ComparePairsResult {
  /** One for each pair, in the same order. */
  readonly comparisons: readonly PairComparison[];
  readonly usage: Usage;
}

/** What comparisons have in common, whatever the texts: checked settings and a ranker that is loaded. */
export interface ComparisonCall extends RankerCallSettings {
  readonly ranker: PairRanker;
  readonly task: Task;
  /** @default 'both' */
  readonly orders?: CompareOrders | undefined;
  readonly budget?: CallBudget | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** Options of {@link comparePairs}. */
export interface ComparePairsOptions extends ComparisonCall {
  readonly texts: readonly string[];
  /** Indices into `texts`. */
  readonly pairs: readonly (readonly [left: number, right: number])[];
  /** Called with each pair once it is compared in all orders. */
  readonly onComparison?: ((comparison: PairComparison) => void) | undefined;
}

/**
 * Compares pairs of texts by index, in one call of the ranker for all of them and both orders. Identical texts tie and
 * empty ones lose without a call.
 *
 * @throws RankerError, or the signal's reason at once on abort.
 */
export async function comparePairs(options: ComparePairsOptions): Promise<ComparePairsResult> {
  const { ranker, task, texts, pairs, orders = 'both', abortSignal, onComparison } = options;
  abortSignal?.throwIfAborted();
  const comparisons = pairs.map(([left, right]) =>
    compareByRule({ left, right }, texts[left] ?? '', texts[right] ?? ''),
  );
  for (const comparison of comparisons) if (comparison !== undefined) notify(onComparison, comparison);

  const open = comparisons.flatMap((comparison, index) => (comparison === undefined ? [index] : []));
  if (open.length === 0)
    return { comparisons: comparisons.filter((comparison) => comparison !== undefined), usage: NO_USAGE };

  // Both orders of a pair stand together, so that a judge can share the work on a common prefix.
  const shown: readonly ('forward' | 'reverse')[] = orders === 'both' ? ['forward', 'reverse'] : [orders];
  const asked: Pair[] = open.flatMap((index) => {
    const [leftIndex, rightIndex] = pairs[index] ?? [0, 0];
    const [left, right] = [texts[leftIndex] ?? '', texts[rightIndex] ?? ''];
    return shown.map((order) => (order === 'forward' ? { task, left, right } : { task, left: right, right: left }));
  });
  const account = currentCallAccount();
  const usage = await inCompareSpan({ ranker, pairs: open.length }, async (report) => {
    const judgements: (PairJudgement | undefined)[] = asked.map(() => undefined);
    const isHidden = task.attachments !== undefined && ranker.readsAttachments !== true;
    const settle = (position: number, judgement: PairJudgement) => {
      judgements[position] = isHidden ? { ...judgement, attachmentsHidden: true } : judgement;
      const openIndex = Math.floor(position / shown.length);
      const index = open[openIndex];
      const pair = index === undefined ? undefined : pairs[index];
      if (index === undefined || pair === undefined || comparisons[index] !== undefined) return;
      const known = judgements.slice(openIndex * shown.length, (openIndex + 1) * shown.length);
      if (known.includes(undefined)) return;
      const comparison = combineJudgements(
        { left: pair[0], right: pair[1] },
        { forward: known[shown.indexOf('forward')], reverse: known[shown.indexOf('reverse')] },
      );
      comparisons[index] = comparison;
      report(comparison);
      account?.onComparison?.();
      notify(onComparison, comparison);
    };
    const { budget, timeoutMs, maxRetries } = options;
    const call = { budget, timeoutMs, maxRetries, abortSignal };
    const result = await askRanker(ranker, { ...call, pairs: asked, onJudgement: settle });
    for (const [position, judgement] of result.judgements.entries()) settle(position, judgement);
    return result.usage;
  });
  return { comparisons: comparisons.filter((comparison) => comparison !== undefined), usage };
}

async function askRanker(ranker: PairRanker, options: PairRankerCompareOptions) {
  const { pairs, abortSignal } = options;
  try {
    const result = await raceAbort(ranker.doCompare(options), abortSignal);
    if (result.judgements.length !== pairs.length) {
      throw new RankerError({
        ranker: ranker.name,
        reason: `it answered ${result.judgements.length} of ${pairs.length} pairs`,
      });
    }
    const infinite = result.judgements.find(({ logit }) => !Number.isFinite(logit) && !Number.isNaN(logit));
    if (infinite !== undefined) {
      throw new RankerError({
        ranker: ranker.name,
        reason: `it answered a logit of ${infinite.logit}; expected a finite number, or NaN for no opinion`,
      });
    }
    return result;
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (BlenderError.isInstance(error)) throw error;
    throw new RankerError({ ranker: ranker.name, reason: errorMessage(error), cause: error });
  }
}

/** Calls a ranker inside of a span, which has an event for each pair that it has compared. */
function inCompareSpan<RESULT>(
  { ranker, pairs }: { ranker: PairRanker; pairs: number },
  run: (report: (comparison: PairComparison) => void) => Promise<RESULT>,
): Promise<RESULT> {
  const attributes = { 'llm_blender.ranker': ranker.name, 'llm_blender.pairs': pairs };
  return doWork({ phase: 'compare' }, () =>
    inSpan(`compare ${ranker.name}`, { attributes }, (span) =>
      run(({ left, right, logit }) =>
        span.addEvent('llm_blender.comparison', {
          'llm_blender.left': left,
          'llm_blender.right': right,
          'llm_blender.logit': logit,
        }),
      ),
    ),
  );
}
