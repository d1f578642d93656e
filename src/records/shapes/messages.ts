import type { RecordMessage } from '../record.ts';
import { textOf, unpackCell } from './texts.ts';
import { isObject } from '../../util/is-object.ts';

/** What roles are called in chat formats, and what they are here. A tool's result is part of the answer. */
const ROLES: Readonly<Record<string, RecordMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  tool: 'assistant',
  function: 'assistant',
  function_call: 'assistant',
  observation: 'assistant',
};

/** Where a speaker begins in the texts of HH-RLHF. */
const SPEAKER = /(?:^|\n\n)(Human|Assistant):[ \t]?/;

/**
 * The messages of a conversation: a list of `{ role, content }`, as of OpenAI, of `{ from, value }`, as of ShareGPT, or
 * of `{ role, parts }`, as of Gemini; an object with such a list in `messages`; JSON of these; or a text with the
 * speakers `Human:` and `Assistant:`, as of HH-RLHF.
 *
 * @returns undefined for anything else.
 */
export function messagesOf(given: unknown): readonly RecordMessage[] | undefined {
  const value = unpackCell(given);
  if (typeof value === 'string') return fromTranscript(value);
  if (isObject(value)) {
    const inner = value['messages'] ?? value['conversation'] ?? value['conversations'];
    return Array.isArray(inner) ? messagesOf(inner) : undefined;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages = value.map(messageOf);
  return messages.every((message) => message !== undefined) ? messages : undefined;
}

function messageOf(value: unknown): RecordMessage | undefined {
  if (!isObject(value)) return undefined;
  const role = value['role'] ?? value['from'];
  const known = typeof role === 'string' ? ROLES[role.toLowerCase()] : undefined;
  // A message that only calls tools has no content.
  const content = textOf(value['content'] ?? value['value'] ?? value['parts'] ?? value['text'] ?? '');
  return known === undefined || content === undefined ? undefined : { role: known, content };
}

function fromTranscript(text: string): readonly RecordMessage[] | undefined {
  const [before, ...parts] = text.split(SPEAKER);
  // A text that merely mentions a speaker is none.
  if (before?.trim() !== '' || parts[0] !== 'Human') return undefined;
  const messages: RecordMessage[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    messages.push({ role: parts[index] === 'Human' ? 'user' : 'assistant', content: (parts[index + 1] ?? '').trim() });
  }
  // A prompt ends where the assistant is to go on.
  const last = messages.at(-1);
  return last?.role === 'assistant' && last.content === '' ? messages.slice(0, -1) : messages;
}
