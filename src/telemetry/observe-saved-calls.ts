import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider';
import { notify } from '../util/notify.ts';
import { CallObservation } from './call-observation.ts';
import { tapStream } from './tap-stream.ts';
import type { TraceObserver } from './trace-record.ts';

/** Whether an answer has taken a call. */
interface Attempts {
  made: boolean;
}

const storage = new AsyncLocalStorage<Attempts>();

/** Tells the answer that is being made that it takes a call. */
export function noteAttempt(): void {
  const attempts = storage.getStore();
  if (attempts !== undefined) attempts.made = true;
}

/**
 * A record for each answer that took no call of its own: it came from a cache, or from an identical call under way. It
 * belongs outermost of a model's middlewares, and has no span, since nothing was asked.
 */
export function observeSavedCalls(name: string, onTrace: TraceObserver): LanguageModelV4Middleware {
  const begin = (params: LanguageModelV4CallOptions) => {
    const attempts: Attempts = { made: false };
    const answer = new CallObservation({ model: name, params, span: undefined, recordContent: false });
    return {
      answer,
      run: <RESULT>(action: () => RESULT) => storage.run(attempts, action),
      end() {
        if (!attempts.made) notify(onTrace, answer.end({ cached: true }));
      },
    };
  };
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params }) {
      const { answer, run, end } = begin(params);
      const result = await run(() => doGenerate());
      answer.seeAll(result);
      end();
      return result;
    },
    async wrapStream({ doStream, params }) {
      const { answer, run, end } = begin(params);
      const { stream, ...result } = await run(() => doStream());
      const tapped = tapStream(stream, {
        abortSignal: params.abortSignal,
        onPart: (part) => {
          answer.see(part);
          return part.type === 'finish';
        },
        onEnd: (how) => {
          if (typeof how === 'object') answer.fail(how.error);
          end();
        },
      });
      return { ...result, stream: tapped };
    },
  };
}
