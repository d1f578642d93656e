import { ApiError } from '../api-error.ts';
import type { ChatMessage, ChatRequest } from '../chat/chat-request.ts';
import type { ResponsesRequest } from './responses-request.ts';

type InputItem = Exclude<ResponsesRequest['input'], string>[number];
type InputPart = Exclude<Extract<InputItem, { role: string }>['content'], string>[number];
type UserPart = Exclude<Extract<ChatMessage, { role: 'user' }>['content'], string>[number];

/** The same request as one for a chat completion. @throws ApiError 400 for files that cannot be read. */
export function toChatRequest(request: ResponsesRequest): ChatRequest {
  const { input, instructions, tools, tool_choice: choice, text, reasoning } = request;
  const items: readonly InputItem[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const functions = (tools ?? []).filter((tool) => 'name' in tool);
  return {
    model: request.model,
    stream: request.stream,
    max_completion_tokens: request.max_output_tokens,
    temperature: request.temperature,
    top_p: request.top_p,
    reasoning_effort: reasoning?.effort,
    metadata: request.metadata,
    llm_blender: request.llm_blender,
    messages: [
      ...(typeof instructions === 'string' ? [{ role: 'system' as const, content: instructions }] : []),
      ...toMessages(items),
    ],
    tools: [
      ...functions.map(({ type, ...tool }) => ({ type, function: tool })),
      ...(tools ?? []).filter((tool) => !('name' in tool)),
    ],
    plugins: request.plugins,
    tool_choice: toToolChoice(choice),
    response_format: toResponseFormat(text?.format),
  };
}

function toMessages(items: readonly InputItem[]): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const [index, item] of items.entries()) {
    if ('role' in item) {
      messages.push(toMessage(item, `input[${index}].content`));
      continue;
    }
    if ('output' in item) {
      const { call_id, output } = item;
      const param = `input[${index}].output`;
      const content =
        typeof output === 'string' ? output : output.map((part, at) => toUserPart(part, `${param}[${at}]`));
      messages.push({ role: 'tool', tool_call_id: call_id, content });
      continue;
    }
    if (!('call_id' in item)) continue;
    const call = { id: item.call_id, function: { name: item.name, arguments: item.arguments } };
    const last = messages.at(-1);
    // Calls belong to the message before them.
    if (last?.role === 'assistant') last.tool_calls = [...(last.tool_calls ?? []), call];
    else messages.push({ role: 'assistant', tool_calls: [call] });
  }
  return messages;
}

function toMessage({ role, content }: Extract<InputItem, { role: string }>, param: string): ChatMessage {
  if (role === 'user') {
    const parts =
      typeof content === 'string' ? content : content.map((part, index) => toUserPart(part, `${param}[${index}]`));
    return { role, content: parts };
  }
  if (typeof content === 'string') return { role, content };
  const text = content.map((part, index) => {
    if ('text' in part) return part.text;
    if ('refusal' in part) return part.refusal;
    throw new ApiError({ status: 400, message: `${param}[${index}]: files belong to messages of the user.`, param });
  });
  return { role, content: text.join('\n') };
}

function toUserPart(part: InputPart, param: string): UserPart {
  switch (part.type) {
    case 'refusal':
      return { type: 'text', text: part.refusal };
    case 'input_image':
      // An id of a file is no address that can be read here either.
      return { type: 'image_url', image_url: { url: part.image_url ?? '' } };
    case 'input_file':
      if (typeof part.file_url === 'string') {
        const message = `${param}.file_url: addresses are not fetched by this server. Send file_data.`;
        throw new ApiError({ status: 400, message, param: `${param}.file_url` });
      }
      return { type: 'file', file: part };
    default:
      return { type: 'text', text: part.text };
  }
}

function toToolChoice(choice: ResponsesRequest['tool_choice']): ChatRequest['tool_choice'] {
  if (typeof choice !== 'object' || choice === null) return choice;
  if ('name' in choice) return { type: 'function', function: choice };
  if (!('mode' in choice)) return choice;
  const tools = choice.tools.map((tool) => ({ type: 'function' as const, function: tool }));
  return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } };
}

function toResponseFormat(
  format: NonNullable<NonNullable<ResponsesRequest['text']>['format']> | null | undefined,
): ChatRequest['response_format'] {
  if (format?.type !== 'json_schema') return format;
  const { type, ...json_schema } = format;
  return { type, json_schema };
}
