import type { LanguageModelV4CallOptions, LanguageModelV4Prompt, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Attributes } from '@opentelemetry/api';
import { definedOnly } from '../util/defined-only.ts';
import { knownProvider, providerOf } from '../spec/providers.ts';

/** Attributes of a call before it is made, by the GenAI semantic conventions of OpenTelemetry (0.1.0, in development). */
export function requestAttributes(
  { provider, modelId }: { readonly provider: string; readonly modelId: string },
  { temperature, topP, topK, maxOutputTokens, seed, stopSequences }: Partial<LanguageModelV4CallOptions>,
  { isStream }: { isStream: boolean },
): Attributes {
  return withoutUndefined({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': knownProvider(provider).telemetryName ?? providerOf(provider),
    'gen_ai.request.model': modelId,
    'gen_ai.request.stream': isStream ? true : undefined,
    'gen_ai.request.temperature': temperature,
    'gen_ai.request.top_p': topP,
    'gen_ai.request.top_k': topK,
    'gen_ai.request.max_tokens': maxOutputTokens,
    'gen_ai.request.seed': seed,
    'gen_ai.request.stop_sequences': stopSequences,
  });
}

/** Attributes of a call once it is over. */
export function responseAttributes({
  id,
  modelId,
  finishReason,
  usage,
  firstMs,
}: {
  id: string | undefined;
  modelId: string | undefined;
  finishReason: string | undefined;
  usage: LanguageModelV4Usage | undefined;
  /** Milliseconds to the first piece of a stream. */
  firstMs: number | undefined;
}): Attributes {
  return withoutUndefined({
    'gen_ai.response.id': id,
    'gen_ai.response.model': modelId,
    'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason],
    'gen_ai.response.time_to_first_chunk': firstMs === undefined ? undefined : firstMs / 1000,
    'gen_ai.usage.input_tokens': usage?.inputTokens.total,
    'gen_ai.usage.output_tokens': usage?.outputTokens.total,
    'gen_ai.usage.cache_read.input_tokens': usage?.inputTokens.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage?.inputTokens.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage?.outputTokens.reasoning,
  });
}

/** The prompt as an attribute, in the form of the conventions; parts that are not text by their type alone. */
export function inputMessages(prompt: LanguageModelV4Prompt): Attributes {
  const messages = prompt.map(({ role, content }) => ({
    role,
    parts:
      typeof content === 'string'
        ? [{ type: 'text', content }]
        : content.map((part) => (part.type === 'text' ? { type: 'text', content: part.text } : { type: part.type })),
  }));
  return { 'gen_ai.input.messages': JSON.stringify(messages) };
}

/** The reply as an attribute, in the same form. */
export function outputMessages(reply: string, finishReason: string | undefined): Attributes {
  const message = { role: 'assistant', parts: [{ type: 'text', content: reply }], finish_reason: finishReason };
  return { 'gen_ai.output.messages': JSON.stringify([message]) };
}

/** Drops undefined entries, which the API would take for values. */
export function withoutUndefined(attributes: Readonly<Record<string, Attributes[string] | undefined>>): Attributes {
  return definedOnly(attributes);
}
