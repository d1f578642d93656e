import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider';
import { ApiError } from '../api-error.ts';
import type { ChatMessage } from './chat-request.ts';
import type { ToolCallMemory } from '../answer/tool-call-memory.ts';

type UserContent = Extract<ChatMessage, { role: 'user' }>['content'];
type UserPart = Exclude<UserContent, string>[number];

/**
 * The messages of a request as the AI SDK has them.
 *
 * @throws ApiError 400 for a file that is not in the request itself: no address that a client names is fetched.
 */
export function toPrompt(messages: readonly ChatMessage[], memory: ToolCallMemory): LanguageModelV4Prompt {
  const toolNames = new Map<string, string>();
  const prompt: LanguageModelV4Message[] = [];
  for (const [index, message] of messages.entries()) {
    const param = `messages[${index}]`;
    switch (message.role) {
      case 'system':
      case 'developer':
        prompt.push({ role: 'system', content: toText(message.content) });
        break;
      case 'user':
        prompt.push({ role: 'user', content: toUserContent(message.content, `${param}.content`) });
        break;
      case 'assistant': {
        const text = toText(message.content ?? '');
        const calls = message.tool_calls ?? [];
        for (const { id, function: called } of calls) toolNames.set(id, called.name);
        const content = [
          ...(text === '' ? [] : [{ type: 'text' as const, text }]),
          ...calls.map((call) => toToolCall(call, memory)),
        ];
        if (content.length > 0) prompt.push({ role: 'assistant', content });
        break;
      }
      case 'tool': {
        const { tool_call_id: toolCallId, content } = message;
        const toolName = toolNames.get(toolCallId);
        if (toolName === undefined) {
          throw new ApiError({
            status: 400,
            message: `${param}: no message of the assistant before it has a tool call of the id ${JSON.stringify(toolCallId.slice(0, 100))}.`,
            param: `${param}.tool_call_id`,
          });
        }
        const output = toToolOutput(content, `${param}.content`);
        const result = { type: 'tool-result' as const, toolCallId, toolName, output };
        const last = prompt.at(-1);
        if (last?.role === 'tool') last.content.push(result);
        else prompt.push({ role: 'tool', content: [result] });
        break;
      }
    }
  }
  if (!prompt.some(({ role }) => role === 'user' || role === 'tool')) {
    throw new ApiError({ status: 400, message: 'messages: expected at least one of the user.', param: 'messages' });
  }
  return prompt;
}

function toToolOutput(content: UserContent, param: string): LanguageModelV4ToolResultOutput {
  if (typeof content === 'string') return { type: 'text', value: content };
  if (content.every((part) => part.type === 'text')) return { type: 'text', value: toText(content) };
  return { type: 'content', value: toUserContent(content, param) };
}

function toText(content: string | readonly ({ readonly text: string } | { readonly refusal: string })[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => ('text' in part ? part.text : part.refusal)).join('\n');
}

/** A call as the model made it: with what its provider wants back, where this server knows that still. */
function toToolCall(
  { id, function: called }: { id: string; function: { name: string; arguments: string } },
  memory: ToolCallMemory,
) {
  let input: unknown = {};
  try {
    input = JSON.parse(called.arguments === '' ? '{}' : called.arguments);
  } catch {
    // What a model has written need not be JSON; it is shown to the next one as it is.
    input = called.arguments;
  }
  const providerOptions = memory.recall(id);
  return {
    type: 'tool-call' as const,
    toolCallId: id,
    toolName: called.name,
    input,
    ...(providerOptions === undefined ? {} : { providerOptions }),
  };
}

function toUserContent(
  content: UserContent,
  param: string,
): Extract<LanguageModelV4Message, { role: 'user' }>['content'] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part, index) => {
    if (part.type === 'text') return part;
    return toFile(part, `${param}[${index}]`);
  });
}

function toFile(part: Exclude<UserPart, { type: 'text' }>, param: string): LanguageModelV4FilePart {
  switch (part.type) {
    case 'image_url':
      return fromDataUrl(part.image_url.url, `${param}.image_url.url`);
    case 'input_audio': {
      const { data, format } = part.input_audio;
      const mediaType = `audio/${format === 'mp3' ? 'mpeg' : format}`;
      return { type: 'file', mediaType, data: { type: 'data', data: checkBase64(data, `${param}.input_audio.data`) } };
    }
    case 'file': {
      const { file_data: data, filename } = part.file;
      if (data === null || data === undefined) {
        throw badFile(`${param}.file`, 'expected file_data; files are not kept here, so that none has an id.');
      }
      const file = fromDataUrl(
        data.startsWith('data:') ? data : `data:application/pdf;base64,${data}`,
        `${param}.file.file_data`,
      );
      return { ...file, ...(filename === null || filename === undefined ? {} : { filename }) };
    }
  }
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.+-]+)*;base64,/i;

function fromDataUrl(url: string, param: string): LanguageModelV4FilePart {
  const [start = '', mediaType = ''] = DATA_URL.exec(url) ?? [];
  if (start === '') {
    throw badFile(
      param,
      'expected a data URL in base64, such as data:image/png;base64,…; addresses are not fetched by this server.',
    );
  }
  const data = checkBase64(url.slice(start.length), param);
  return { type: 'file', mediaType: mediaType.toLowerCase(), data: { type: 'data', data } };
}

function checkBase64(data: string, param: string): string {
  if (data === '' || !/^[\w+/-]+={0,2}$/.test(data)) throw badFile(param, 'expected base64.');
  return data;
}

function badFile(param: string, expected: string): ApiError {
  return new ApiError({ status: 400, message: `${param}: ${expected}`, param });
}
