import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { isObject, type UnknownObject } from '../../util/is-object.ts';

export function objectIn(value: unknown, key: string): UnknownObject {
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

/** The message of a choice, which the API for plain completions has as a text. */
export function messageOf(choice: UnknownObject): UnknownObject {
  const message = choice['message'] ?? choice['delta'];
  return isObject(message) ? message : { content: typeof message === 'string' ? message : choice['text'] };
}

/** The usage in a reply or a piece of one: some have it in the choice, Groq in a field of its own. */
export function usageIn(piece: UnknownObject, choice: unknown): UnknownObject | undefined {
  const { usage, x_groq: groq } = piece;
  if (isObject(usage)) return usage;
  if (isObject(choice) && isObject(choice['usage'])) return choice['usage'];
  return isObject(groq) && isObject(groq['usage']) ? groq['usage'] : undefined;
}

/** Usage as the server reports it; what it does not report is unknown, never 0. */
export function toUsage(usage: UnknownObject | undefined): LanguageModelV4Usage {
  // A server that does not count says 0: no prompt has no tokens.
  const input = (numberIn(usage, 'prompt_tokens') ?? numberIn(usage, 'input_tokens')) || undefined;
  const counted = numberIn(usage, 'completion_tokens') ?? numberIn(usage, 'output_tokens');
  const output = input === undefined ? counted || undefined : counted;
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
  switch (raw?.toLowerCase()) {
    case undefined:
    case 'stop':
    case 'eos':
    case 'eos_token':
    case 'end_turn':
    case 'stop_sequence':
    case 'complete':
      return hasRefusal ? 'content-filter' : 'stop';
    case 'length':
    case 'max_tokens':
    case 'max_output_tokens':
    case 'model_length':
      return 'length';
    case 'content_filter':
    case 'content-filter':
    case 'safety':
    case 'sensitive':
    case 'refusal':
      return 'content-filter';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'error':
    case 'abort':
    case 'network_error':
    case 'insufficient_system_resource':
      return 'error';
    default:
      return 'other';
  }
}

/** The texts of a message or of a piece of one. Some servers send the content as a list of parts. */
export function textsOf(message: UnknownObject): { readonly type: 'text' | 'reasoning'; readonly text: string }[] {
  const reasoning = textIn(message, 'reasoning_content') ?? textIn(message, 'reasoning');
  const texts: { type: 'text' | 'reasoning'; text: string }[] =
    reasoning === undefined ? [] : [{ type: 'reasoning', text: reasoning }];
  const { content } = message;
  if (typeof content === 'string') {
    if (content !== '') texts.push({ type: 'text', text: content });
  } else if (Array.isArray(content)) {
    for (const part of content) if (typeof part === 'string' || isObject(part)) addPart(texts, part);
  } else if (isObject(content)) addPart(texts, content);
  const refusal = textIn(message, 'refusal');
  if (refusal !== undefined) texts.push({ type: 'text', text: refusal });
  return texts;
}

function addPart(texts: { type: 'text' | 'reasoning'; text: string }[], part: UnknownObject | string): void {
  const text = textOfPart(part);
  if (text === '') return;
  const isThought = isObject(part) && /^(?:thinking|reasoning|thought)/.test(textIn(part, 'type') ?? '');
  texts.push({ type: isThought ? 'reasoning' : 'text', text });
}

/** The text of a part, which may be nested: Mistral has the texts of a thought in a list. */
function textOfPart(part: unknown): string {
  if (typeof part === 'string') return part;
  if (Array.isArray(part)) return part.map(textOfPart).join('');
  if (!isObject(part)) return '';
  return textOfPart(part['text'] ?? part['thinking'] ?? part['reasoning'] ?? part['content'] ?? part['value']);
}

/** Probabilities of tokens, in the form of the API. */
export function logprobsOf(choice: UnknownObject): readonly unknown[] {
  return listIn(choice['logprobs'], 'content');
}
