import {
  type LanguageModelV4CallOptions,
  type LanguageModelV4FilePart,
  type LanguageModelV4Prompt,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultOutput,
  type SharedV4Warning,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { detectMediaType } from '@ai-sdk/provider-utils';
import { fileKind, hiddenFileWarning, hiddenMark } from '../../spec/attachments.ts';
import type { Dialect } from './dialects.ts';

/** Most likely tokens whose probabilities the API returns. */
const MAX_TOP_LOGPROBS = 20;

/** Options of a provider that have another name in the body; all others are passed through as they are. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  reasoningEffort: 'reasoning_effort',
  textVerbosity: 'verbosity',
};

/**
 * The body of a chat completion, without `stream`. Values that are undefined are left out of the JSON.
 *
 * @throws UnsupportedFunctionalityError for content that the API has no form for.
 */
export function toRequestBody(
  options: LanguageModelV4CallOptions,
  { modelId, provider, dialect }: { modelId: string; provider: string; dialect: Dialect },
): { readonly body: Record<string, unknown>; readonly warnings: SharedV4Warning[] } {
  const warnings: SharedV4Warning[] = [];
  if (options.topK !== undefined) warnings.push({ type: 'unsupported', feature: 'topK' });
  const { structured, strict, fields } = providerFields(options.providerOptions, { provider, dialect });
  const body = {
    model: modelId,
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    frequency_penalty: options.frequencyPenalty,
    presence_penalty: options.presencePenalty,
    stop: options.stopSequences,
    seed: options.seed,
    response_format: responseFormat(options, {
      takesSchemas: dialect.takesSchemas && structured,
      strict,
      warnings,
    }),
    reasoning_effort:
      options.reasoning === undefined || options.reasoning === 'provider-default' ? undefined : options.reasoning,
    ...tools(options, warnings),
    ...fields,
    messages: toMessages(options.prompt, { dialect, warnings }),
  };
  return { body, warnings };
}

/** Options of the provider, under its own name or the common one, as fields of the body. */
function providerFields(
  given: LanguageModelV4CallOptions['providerOptions'],
  { provider, dialect }: { provider: string; dialect: Dialect },
): { readonly structured: boolean; readonly strict: boolean; readonly fields: Record<string, unknown> } {
  const {
    logprobs,
    structuredOutputs: structured = true,
    strictJsonSchema: strict = true,
    ...options
  } = { ...given?.['openaiCompatible'], ...given?.[provider] };
  const toName = (name: string) =>
    OPTION_NAMES[name] ?? (dialect.hasCamelCaseOptions === true ? snakeCase(name) : name);
  const fields = Object.fromEntries(Object.entries(options).map(([name, value]) => [toName(name), value]));
  // As in the SDK's OpenAI package: true, or how many of the likeliest tokens.
  if (logprobs !== undefined && logprobs !== false) {
    fields['logprobs'] = true;
    fields['top_logprobs'] = typeof logprobs === 'number' ? Math.min(logprobs, MAX_TOP_LOGPROBS) : 0;
  }
  return { structured: structured !== false, strict: strict !== false, fields };
}

function responseFormat(
  { responseFormat: format, prompt }: LanguageModelV4CallOptions,
  { takesSchemas, strict, warnings }: { takesSchemas: boolean; strict: boolean; warnings: SharedV4Warning[] },
): unknown {
  if (format?.type !== 'json') return undefined;
  if (takesSchemas && format.schema !== undefined) {
    const { schema, name = 'response', description } = format;
    return { type: 'json_schema', json_schema: { schema, strict, name, description } };
  }
  // Servers refuse an object of JSON that the prompt does not ask for, or write blanks without end.
  const asksForJson = prompt.some(({ content }) =>
    typeof content === 'string'
      ? /json/i.test(content)
      : content.some((part) => part.type === 'text' && /json/i.test(part.text)),
  );
  if (format.schema !== undefined || !asksForJson) {
    const details =
      format.schema === undefined
        ? 'The prompt does not ask for JSON.'
        : 'The endpoint is not known to take a JSON schema.';
    warnings.push({ type: 'unsupported', feature: 'responseFormat', details });
  }
  return asksForJson ? { type: 'json_object' } : undefined;
}

function tools(
  { tools: given = [], toolChoice }: LanguageModelV4CallOptions,
  warnings: SharedV4Warning[],
): Record<string, unknown> {
  const known = given.flatMap((tool) => {
    if (tool.type === 'function') {
      const { name, description, inputSchema: parameters, strict } = tool;
      return [{ type: 'function', function: { name, description, parameters, strict } }];
    }
    warnings.push({ type: 'unsupported', feature: `provider-defined tool ${tool.id}` });
    return [];
  });
  if (known.length === 0) return {};
  return {
    tools: known,
    tool_choice:
      toolChoice?.type === 'tool' ? { type: 'function', function: { name: toolChoice.toolName } } : toolChoice?.type,
  };
}

function toMessages(
  prompt: LanguageModelV4Prompt,
  { dialect, warnings }: { dialect: Dialect; warnings: SharedV4Warning[] },
): readonly unknown[] {
  return prompt.flatMap((message, index): readonly unknown[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: message.content }];
      case 'user': {
        const parts = message.content;
        // Texts alone are sent as one: not every server takes parts.
        const content = parts.every((part) => part.type === 'text')
          ? parts.map(({ text }) => text).join('')
          : parts.map((part) => toContentPart(part, dialect));
        return [{ role: 'user', content }];
      }
      case 'assistant':
        return [toAssistantMessage(message.content, { dialect, warnings, isLast: index === prompt.length - 1 })];
      case 'tool':
        return message.content.flatMap((part) =>
          part.type === 'tool-result'
            ? [{ role: 'tool', tool_call_id: part.toolCallId, content: toToolContent(part.output, warnings) }]
            : [],
        );
      default:
        return message satisfies never;
    }
  });
}

function toAssistantMessage(
  content: Extract<LanguageModelV4Prompt[number], { role: 'assistant' }>['content'],
  {
    dialect: { reasoningField = 'reasoning_content', isMistral = false },
    warnings,
    isLast,
  }: { dialect: Dialect; warnings: SharedV4Warning[]; isLast: boolean },
): unknown {
  let text = '';
  let reasoning = '';
  const calls: unknown[] = [];
  for (const part of content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'file') text += toHiddenMark(part, warnings);
    else if (part.type === 'reasoning') reasoning += part.text;
    else if (part.type === 'tool-call') {
      const input = typeof part.input === 'string' ? part.input : JSON.stringify(part.input);
      calls.push({ id: part.toolCallId, type: 'function', function: { name: part.toolName, arguments: input } });
    }
  }
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(reasoning === '' || reasoningField === 'none' ? {} : { [reasoningField]: reasoning }),
    ...(isMistral && isLast ? { prefix: true } : {}),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function toToolContent(output: LanguageModelV4ToolResultOutput, warnings: SharedV4Warning[]): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'execution-denied':
      return output.reason ?? 'Tool call execution denied.';
    case 'content':
      return output.value
        .map((part) => {
          if (part.type === 'text') return part.text;
          return part.type === 'file' ? toHiddenMark(part, warnings) : JSON.stringify(part);
        })
        .join('\n');
    default:
      return JSON.stringify(output.value);
  }
}

/** Only messages of the user can hold files. */
function toHiddenMark(
  { mediaType, filename: name }: Pick<LanguageModelV4FilePart, 'mediaType' | 'filename'>,
  warnings: SharedV4Warning[],
): string {
  const kind = fileKind(mediaType);
  const mark = hiddenMark({ kind, name });
  warnings.push(hiddenFileWarning(kind, mark));
  return mark;
}

function toContentPart(part: LanguageModelV4TextPart | LanguageModelV4FilePart, dialect: Dialect): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { data, mediaType, filename } = part;
  const kind = mediaType.split('/', 1)[0] ?? '';
  if (data.type === 'text') return { type: 'text', text: data.text };
  if (data.type === 'reference') throw unsupported(`${mediaType} files by reference`);
  if (kind === 'image' || kind === 'video') {
    const url =
      data.type === 'url' ? data.url.href : `data:${fullMediaType(mediaType, data.data)};base64,${base64(data.data)}`;
    return kind === 'image' ? { type: 'image_url', image_url: { url } } : { type: 'video_url', video_url: { url } };
  }
  if (mediaType === 'application/pdf' && dialect.isMistral === true) {
    const url = data.type === 'url' ? data.url.href : `data:application/pdf;base64,${base64(data.data)}`;
    return { type: 'document_url', document_url: url };
  }
  if (data.type === 'url') throw unsupported(`${mediaType} files by address`);
  if (kind === 'audio') {
    const format = audioFormat(fullMediaType(mediaType, data.data));
    return { type: 'input_audio', input_audio: { data: base64(data.data), format } };
  }
  switch (mediaType) {
    case 'application/pdf':
      return {
        type: 'file',
        file: {
          filename: filename ?? 'document.pdf',
          file_data: `data:application/pdf;base64,${base64(data.data)}`,
        },
      };
    default:
      if (kind === 'text') return { type: 'text', text: Buffer.from(base64(data.data), 'base64').toString() };
      throw unsupported(`${mediaType} files`);
  }
}

function base64(data: Uint8Array | string): string {
  return typeof data === 'string'
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

/** Callers may say no more than that it is an image; servers want to know which kind. */
function fullMediaType(mediaType: string, data: Uint8Array | string): string {
  const [topLevelType = '', subtype = '*'] = mediaType.split('/', 2);
  if (subtype !== '*' && subtype !== '') return mediaType;
  return detectMediaType({ data, topLevelType }) ?? USUAL_TYPES[topLevelType] ?? mediaType;
}

/** Where the bytes do not tell. */
const USUAL_TYPES: Readonly<Record<string, string>> = { image: 'image/png', audio: 'audio/wav', video: 'video/mp4' };

/** As the API names it, such as `wav`; OpenAI takes `wav` and `mp3`, other servers more. */
function audioFormat(mediaType: string): string {
  const subtype = mediaType.slice('audio/'.length).replace(/^(?:x|vnd)[-.]/, '');
  return AUDIO_FORMATS[subtype] ?? subtype;
}

const AUDIO_FORMATS: Readonly<Record<string, string>> = { wave: 'wav', mpeg: 'mp3', mp4: 'm4a' };

function unsupported(functionality: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({ functionality });
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
