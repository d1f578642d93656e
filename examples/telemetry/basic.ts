/** Prints the spans of a blend of the embedded model. Run: node examples/telemetry/basic.ts */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { blend } from 'llm-blender';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

await blend({ prompt: 'Why is the sky blue?', samples: 2, maxOutputTokens: 24 });

const spans = exporter.getFinishedSpans();
function print(parent: string | undefined, indent: string): void {
  for (const span of spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)) {
    const tokens = span.attributes['gen_ai.usage.output_tokens'];
    console.log(`${indent}${span.name}${tokens === undefined ? '' : `, ${tokens} tokens`}`);
    print(span.spanContext().spanId, `${indent}  `);
  }
}
print(undefined, '');
