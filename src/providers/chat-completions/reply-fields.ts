import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';

/** An object of JSON, of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectIn(value: unknown, key: string): JsonObject {
  const inner = isObject(value) ? value[key] : undefined;
  return isObject(inner) ? inner : {};
}

/** A text that is there and is not empty. */
export function textIn(value: unknown, key: string): string | undefined {
  const inner = isObject(value) ? value[key] : undefined;
  return typeof inner === 'string' && inner !== '' ? inner : undefined;
}

function numberIn(value: unknown, key: string): number | undefined {
  const inner = isObject(value) ? value[key] : undefined;
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : undefined;
}

export function listIn(value: unknown, key: string): readonly unknown[] {
  const inner = isObject(value) ? value[key] : undefined;
  return Array.isArray(inner) ? inner : [];
}

/** Usage as the server reports it; what it does not report is unknown, never 0. */
export function toUsage(usage: unknown): LanguageModelV4Usage {
  const input = numberIn(usage, 'prompt_tokens');
  const output = numberIn(usage, 'completion_tokens');
  const cached = numberIn(objectIn(usage, 'prompt_tokens_details'), 'cached_tokens');
  const reasoning = numberIn(objectIn(usage, 'completion_tokens_details'), 'reasoning_tokens');
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : input - (cached ?? 0),
      cacheRead: cached,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      text: output === undefined ? undefined : Math.max(0, output - (reasoning ?? 0)),
      reasoning,
    },
    ...(isObject(usage) ? { raw: usage as NonNullable<LanguageModelV4Usage['raw']> } : {}),
  };
}

/** Why an answer ended. A refusal ends like any other answer. */
export function toFinishReason(
  raw: string | undefined,
  { hasRefusal }: { hasRefusal: boolean },
): LanguageModelV4FinishReason {
  return { unified: unifiedReason(raw, hasRefusal), raw };
}

function unifiedReason(raw: string | undefined, hasRefusal: boolean): LanguageModelV4FinishReason['unified'] {
  switch (raw) {
    case undefined:
    case 'stop':
    case 'eos':
      return hasRefusal ? 'content-filter' : 'stop';
    case 'length':
    case 'max_tokens':
      return 'length';
    case 'content_filter':
      return 'content-filter';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'error':
      return 'error';
    default:
      return 'other';
  }
}

/** The texts of a message or of a piece of one. Some servers send the content as a list of parts. */
export function textsOf(message: JsonObject): { readonly type: 'text' | 'reasoning'; readonly text: string }[] {
  const reasoning = textIn(message, 'reasoning_content') ?? textIn(message, 'reasoning');
  const content = message['content'];
  const parts = typeof content === 'string' ? [content] : Array.isArray(content) ? content : [];
  const texts: { type: 'text' | 'reasoning'; text: string }[] =
    reasoning === undefined ? [] : [{ type: 'reasoning', text: reasoning }];
  for (const part of parts) {
    const text = typeof part === 'string' ? part : textOfPart(part);
    if (text === '') continue;
    texts.push({ type: isObject(part) && part['type'] === 'thinking' ? 'reasoning' : 'text', text });
  }
  const refusal = textIn(message, 'refusal');
  if (refusal !== undefined) texts.push({ type: 'text', text: refusal });
  return texts;
}

/** Mistral nests the texts of a thought. */
function textOfPart(part: unknown): string {
  const thinking = listIn(part, 'thinking');
  return textIn(part, 'text') ?? thinking.map((inner) => textIn(inner, 'text') ?? '').join('');
}

/** Probabilities of tokens, in the form of the API. */
export function logprobsOf(choice: JsonObject): readonly unknown[] {
  return listIn(choice['logprobs'], 'content');
}
