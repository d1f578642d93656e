import type { InProcessModel } from '../spec/in-process-model.ts';
import type { CallScope } from './call-scope.ts';

/** The scoring of a model in this process, which counts as a call. */
export function scoreInScope(
  model: InProcessModel,
  { name, scope: { budget, ledger } }: { name: string; scope: Pick<CallScope, 'budget' | 'ledger'> },
): InProcessModel['scoreContinuations'] {
  return async (options) => {
    const reservation = await budget?.reserve({ model: name, cost: 0 }, { abortSignal: options.abortSignal });
    const entry = ledger?.begin();
    let inputTokens: number | undefined;
    try {
      const result = await model.scoreContinuations(options);
      ({ inputTokens } = result);
      return result;
    } finally {
      const usage = { inputTokens, outputTokens: 0, cost: 0 };
      entry?.close(usage);
      reservation?.settle(usage);
    }
  };
}
