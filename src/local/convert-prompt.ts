import { type LanguageModelV4Prompt, UnsupportedFunctionalityError } from '@ai-sdk/provider';

/** One message of a conversation, as chat templates know it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A prompt, ready for a chat template. */
export interface ChatPrompt {
  readonly messages: readonly ChatMessage[];
  /** Text of a last message that is the assistant's: the model goes on from there. Empty = it begins its answer. */
  readonly answerPrefix: string;
}

/**
 * Turns a prompt of the AI SDK into plain messages. Text parts of one message are joined as they are; the reasoning
 * of earlier answers is left out, as chat templates do.
 *
 * @throws UnsupportedFunctionalityError for anything that is not text: files, tool calls and their results.
 */
export function convertPrompt(prompt: LanguageModelV4Prompt): ChatPrompt {
  const messages = prompt.map(convertMessage);
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return { messages, answerPrefix: '' };
  return { messages: messages.slice(0, -1), answerPrefix: last.content };
}

function convertMessage(message: LanguageModelV4Prompt[number]): ChatMessage {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content.toWellFormed() };
    case 'user':
    case 'assistant':
      return { role: message.role, content: message.content.map(partText).join('').toWellFormed() };
    default:
      throw unsupported(`${message.role} messages`);
  }
}

function partText(part: { type: string; text?: string; mediaType?: string }): string {
  switch (part.type) {
    case 'text':
      return part.text ?? '';
    case 'reasoning':
      return '';
    case 'file':
      throw unsupported(`files in the prompt (${part.mediaType})`);
    default:
      throw unsupported(`${part.type} parts in the prompt`);
  }
}

function unsupported(functionality: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({
    functionality,
    message: `Local models read text only: ${functionality} cannot be used.`,
  });
}
