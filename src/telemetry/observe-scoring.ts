import { randomUUID } from 'node:crypto';
import type { InProcessModel } from '../spec/in-process-model.ts';
import { errorMessage } from '../util/error-message.ts';
import { notify } from '../util/notify.ts';
import { requestAttributes } from './gen-ai-attributes.ts';
import { inSpan } from './in-span.ts';
import { currentWork, type TraceObserver } from './trace-record.ts';

/** The `scoreContinuations` of a model in this process, with a span and a record for each call. */
export function observeScoring(
  model: InProcessModel,
  { name, onTrace }: { name: string; onTrace: TraceObserver | undefined },
): InProcessModel['scoreContinuations'] {
  return (options) =>
    // Nothing is generated, so the conventions have no operation for this.
    inSpan(
      `score ${model.modelId}`,
      { attributes: { ...requestAttributes(model, {}, { isStream: false }), 'gen_ai.operation.name': 'score' } },
      async (span) => {
        const time = new Date().toISOString();
        const start = performance.now();
        const report = (logProbabilities: readonly number[] | undefined, error: unknown) =>
          notify(onTrace, {
            type: 'score',
            id: randomUUID(),
            time,
            ...currentWork(),
            model: name,
            prompt: options.prompt,
            continuations: options.continuations,
            logProbabilities,
            timings: { totalMs: performance.now() - start },
            error: error === undefined ? undefined : errorMessage(error),
          });
        try {
          const result = await model.scoreContinuations(options);
          span.setAttribute('gen_ai.usage.input_tokens', result.inputTokens);
          report(result.logProbabilities, undefined);
          return result;
        } catch (error) {
          report(undefined, error);
          throw error;
        }
      },
    );
}
