import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { InProcessModel } from '../spec/in-process-model.ts';
import type { CallScope } from './call-scope.ts';

/** A model in this process with wrapped calls and its own further methods; scoring counts as a call. */
export function scopeInProcessModel({
  model,
  wrapped,
  name,
  scope: { budget, ledger },
}: {
  model: InProcessModel;
  wrapped: LanguageModelV4;
  name: string;
  scope: Pick<CallScope, 'budget' | 'ledger'>;
}): InProcessModel {
  return {
    ...wrapped,
    contextTokens: model.contextTokens,
    maxParallelCalls: model.maxParallelCalls,
    countTokens: (text) => model.countTokens(text),
    async scoreContinuations(options) {
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
    },
  };
}
