import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider';
import { context, type Context, SpanKind, trace } from '@opentelemetry/api';
import { notify } from '../util/notify.ts';
import { CallObservation } from './call-observation.ts';
import { requestAttributes } from './gen-ai-attributes.ts';
import { TRACER } from './in-span.ts';
import type { CallRecord, TraceObserver } from './trace-record.ts';

/** Where calls are reported, and what of them. */
export interface CallObserver {
  /** Called with each call when it is over. */
  readonly onCall?: ((record: CallRecord) => void) | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

/** Whether the answer that is being made has taken a call. */
const attemptsOfAnswer = new AsyncLocalStorage<{ made: boolean }>();

/**
 * A span and a record for each call. It is the innermost middleware of a model: it sees one attempt at the provider,
 * without the waiting before it.
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
 * A record for each answer that took no call of its own: it came from a cache, or from an identical call in flight. It is
 * the outermost middleware of a model, and creates no span, since no model was called.
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
 * True where the active span is already that of this call: the telemetry of the AI SDK, where an application has
 * registered it, creates one for each call and calls the model inside it.
 */
function hasCallSpan(): boolean {
  const span = trace.getActiveSpan();
  // Recorded spans have their attributes, though the interface of spans has none.
  const attributes = span !== undefined && 'attributes' in span ? span.attributes : undefined;
  return typeof attributes === 'object' && attributes !== null && 'gen_ai.request.model' in attributes;
}
