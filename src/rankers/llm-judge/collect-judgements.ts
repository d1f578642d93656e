import { CallLedger } from '../../calls/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type {
  PairJudgement,
  PairRankerCompareOptions,
  PairRankerCompareResult,
  RankerCallSettings,
} from '../../spec/pair-ranker.ts';
import { mergeAbortSignals } from '../../util/merge-abort-signals.ts';
import { raceAbort } from '../../util/race-abort.ts';

/** What the calls of one comparison share. */
export interface JudgeCall extends RankerCallSettings {
  readonly ledger: CallLedger;
  readonly budget: CallBudget | undefined;
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * What every judge does around its calls: counts them, reports each judgement once it is there, and stops the calls that
 * still run when one of them ends the comparison.
 */
export async function collectJudgements(
  { budget, timeoutMs, maxRetries, abortSignal, onJudgement }: PairRankerCompareOptions,
  judge: (call: JudgeCall, report: (index: number, judgement: PairJudgement) => void) => Promise<unknown>,
): Promise<PairRankerCompareResult> {
  abortSignal?.throwIfAborted();
  const ledger = new CallLedger();
  const failed = new AbortController();
  const signal = mergeAbortSignals(abortSignal, failed.signal);
  const judgements: PairJudgement[] = [];
  try {
    await raceAbort(
      judge({ ledger, budget, timeoutMs, maxRetries, abortSignal: signal }, (index, judgement) => {
        judgements[index] = judgement;
        onJudgement?.(index, judgement);
      }),
      abortSignal,
    );
    return { judgements, usage: ledger.usage };
  } finally {
    failed.abort();
  }
}
