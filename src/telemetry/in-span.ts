import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { errorMessage } from '../util/error-message.ts';

/** Name of the tracer of this package. */
export const TRACER = 'llm-blender';

/** Does something inside of a span of its own. Without a tracer provider that is set up this does nothing else. */
export function inSpan<RESULT>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes }: { kind?: SpanKind; attributes: Attributes },
  action: (span: Span) => Promise<RESULT>,
): Promise<RESULT> {
  return trace.getTracer(TRACER).startActiveSpan(name, { kind, attributes }, async (span) => {
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

/** Marks a span as failed, with a message that has no keys in it. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
  span.setAttribute('error.type', errorType(error));
}

/** The kind of an error: status of HTTP, code, or name. */
function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { statusCode, code, name } = error as { statusCode?: unknown; code?: unknown; name?: unknown };
  for (const kind of [statusCode, code, name]) {
    if (typeof kind === 'number' || (typeof kind === 'string' && kind !== '')) return String(kind);
  }
  return '_OTHER';
}
