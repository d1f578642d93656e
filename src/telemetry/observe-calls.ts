import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider';
import { context, type Context, SpanKind, trace } from '@opentelemetry/api';
import { notify } from '../util/notify.ts';
import { CallObservation } from './call-observation.ts';
import { requestAttributes } from './gen-ai-attributes.ts';
import { TRACER } from './in-span.ts';
import { noteAttempt } from './observe-saved-calls.ts';
import { tapStream } from './tap-stream.ts';
import type { CallRecord } from './trace-record.ts';

/** Who watches calls, and what of them. */
export interface CallObserver {
  /** Told of each call when it is over. */
  readonly onCall?: ((record: CallRecord) => void) | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

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
    noteAttempt();
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
        call.seeAll(result);
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
        const tapped = tapStream(stream, {
          abortSignal: params.abortSignal,
          onPart: (part) => {
            call.see(part);
            return part.type === 'finish';
          },
          onEnd: (how) => {
            if (typeof how === 'object') call.fail(how.error);
            notify(onCall, call.end());
          },
        });
        return { ...result, stream: tapped };
      } catch (error) {
        call.fail(error);
        notify(onCall, call.end());
        throw error;
      }
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
