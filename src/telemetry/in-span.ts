import { type Attributes, INVALID_SPAN_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { errorMessage } from '../util/error-message.ts';

/** Name of the tracer of this package. */
export const TRACER = 'llm-blender';

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** False where the application has set up no tracer provider: then spans are not worth what they cost. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  const delegate: unknown = Reflect.get(provider, 'getDelegateTracer');
  return typeof delegate !== 'function' || delegate.call(provider, TRACER) !== undefined;
}

/** Runs an action in a new span. Where the application has set up no tracer provider, nothing is recorded. */
export function inSpan<RESULT>(
  name: string,
  { attributes }: { attributes: Attributes },
  action: (span: Span) => Promise<RESULT>,
): Promise<RESULT> {
  if (!isTracing()) return action(NO_SPAN);
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await action(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span as failed, with the message redacted of keys. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
  span.setAttribute('error.type', errorType(error));
}

/** The type of an error: HTTP status, code, or name. */
function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { statusCode, code, name } = error as { statusCode?: unknown; code?: unknown; name?: unknown };
  for (const kind of [statusCode, code, name]) {
    if (typeof kind === 'number' || (typeof kind === 'string' && kind !== '')) return String(kind);
  }
  return '_OTHER';
}
