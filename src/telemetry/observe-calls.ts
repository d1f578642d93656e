import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider';
import { context, type Context, SpanKind, trace } from '@opentelemetry/api';
import { notify } from '../util/notify.ts';
import { CallObservation } from './call-observation.ts';
import { requestAttributes } from './gen-ai-attributes.ts';
import { TRACER } from './in-span.ts';
import type { CallRecord, TraceObserver } from './trace-record.ts';

/** Who watches calls, and what of them. */
export interface CallObserver {
  /** Told of each call when it is over. */
  readonly onCall?: ((record: CallRecord) => void) | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

/** Whether the answer that is being made has taken a call. */
const attemptsOfAnswer = new AsyncLocalStorage<{ made: boolean }>();

/**
 * A span and a record for each call. It belongs innermost of a model's middlewares: what it sees is one attempt, at the
 * provider, with everything that waits for it left out.
 */
export function observeCalls({
  name,
  isInProcess,
  onCall,
  recordContent,
}: CallObserver & {
  /** The model's name, for the record. */
  readonly name: string;
  readonly isInProcess: boolean;
}): LanguageModelV4Middleware {
  const begin = (
    model: { readonly provider: string; readonly modelId: string },
    params: LanguageModelV4CallOptions,
    { isStream }: { isStream: boolean },
  ): { readonly call: CallObservation; readonly within: Context } => {
    const attempts = attemptsOfAnswer.getStore();
    if (attempts !== undefined) attempts.made = true;
    const outer = context.active();
    const span = hasCallSpan()
      ? undefined
      : trace.getTracer(TRACER).startSpan(`chat ${model.modelId}`, {
          kind: isInProcess ? SpanKind.INTERNAL : SpanKind.CLIENT,
          attributes: requestAttributes(model, params, { isStream }),
        });
    return {
      call: new CallObservation({ model: name, params, span, recordContent }),
      within: span === undefined ? outer : trace.setSpan(outer, span),
    };
  };
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, model, params }) {
      const { call, within } = begin(model, params, { isStream: false });
      try {
        const result = await context.with(within, () => doGenerate());
        call.collectAll(result);
        return result;
      } catch (error) {
        call.fail(error);
        throw error;
      } finally {
        notify(onCall, call.end());
      }
    },
    async wrapStream({ doStream, model, params }) {
      const { call, within } = begin(model, params, { isStream: true });
      try {
        const { stream, ...result } = await context.with(within, () => doStream());
        const onEnd = () => notify(onCall, call.end());
        return { ...result, stream: call.tap(stream, { abortSignal: params.abortSignal, onEnd }) };
      } catch (error) {
        call.fail(error);
        notify(onCall, call.end());
        throw error;
      }
    },
  };
}

/**
 * A record for each answer that took no call of its own: it came from a cache, or from an identical call under way. It
 * belongs outermost of a model's middlewares, and has no span, since nothing was asked.
 */
export function observeSavedCalls(name: string, onTrace: TraceObserver): LanguageModelV4Middleware {
  const begin = (params: LanguageModelV4CallOptions) => {
    const attempts = { made: false };
    const answer = new CallObservation({ model: name, params, span: undefined, recordContent: false });
    return {
      answer,
      run: <RESULT>(action: () => RESULT) => attemptsOfAnswer.run(attempts, action),
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
      answer.collectAll(result);
      end();
      return result;
    },
    async wrapStream({ doStream, params }) {
      const { answer, run, end } = begin(params);
      const { stream, ...result } = await run(() => doStream());
      return { ...result, stream: answer.tap(stream, { abortSignal: params.abortSignal, onEnd: end }) };
    },
  };
}

/**
 * True where the span that is under way is of this very call already: the telemetry of the AI SDK, where an application
 * has registered it, makes one for each call, and asks the model inside of it.
 */
function hasCallSpan(): boolean {
  const span = trace.getActiveSpan();
  // Spans that are recorded show what they hold; the interface of all spans does not say so.
  const attributes = span !== undefined && 'attributes' in span ? span.attributes : undefined;
  return typeof attributes === 'object' && attributes !== null && 'gen_ai.request.model' in attributes;
}
