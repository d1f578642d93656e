import type { ModelMessage } from 'ai';
import { InvalidArgumentError } from '../error/index.ts';
import { type Attachment, attachmentMark, attachmentsOf, isAttachment } from './attachments.ts';
import { type Task, taskText } from './task.ts';

/** The question: exactly one of `prompt`, `messages`, or `instruction` (with or without `input`). */
export interface PromptOptions {
  /** The question as one text. */
  readonly prompt?: string | undefined;
  /** A conversation in the AI SDK's form; the last message is the user's. */
  readonly messages?: readonly ModelMessage[] | undefined;
  /** The question in MixInstruct's form. */
  readonly instruction?: string | undefined;
  /** Material that the instruction refers to; only with `instruction`. */
  readonly input?: string | undefined;
  /** System message for the models. Rankers and fusers see it as part of the task. */
  readonly system?: string | undefined;
}

/** A normalised question. */
export interface Prompt {
  /** Without system messages. */
  readonly messages: readonly ModelMessage[];
  readonly system: string | undefined;
  /** The same for rankers and fusers, as text. */
  readonly task: Task;
}

/**
 * Normalises the ways to state a question.
 *
 * @throws InvalidArgumentError if none or several are given, or the question is empty.
 */
export function normalizePrompt(options: PromptOptions): Prompt {
  const { prompt, messages, instruction, input } = options;
  const given = Object.entries({ prompt, messages, instruction }).filter(([, value]) => value !== undefined);
  const [first, second] = given;
  if (first === undefined) throw invalid('prompt', undefined, 'pass one of prompt, messages or instruction.');
  if (second !== undefined) throw invalid(second[0], second[1], `pass either ${first[0]} or ${second[0]}, not both.`);
  if (input !== undefined && instruction === undefined)
    throw invalid('input', input, 'it is allowed only with instruction.');

  if (messages !== undefined) return fromMessages(messages, options.system);
  const task: Task = { instruction: prompt ?? instruction ?? '', input: input ?? '' };
  const text = taskText(task);
  if (typeof text !== 'string' || text.trim() === '')
    throw invalid(first[0], first[1], 'the question must not be empty.');
  return {
    messages: [{ role: 'user', content: text }],
    system: options.system,
    task: { ...task, instruction: withSystem(options.system, task.instruction) },
  };
}

function fromMessages(messages: readonly ModelMessage[], system: string | undefined): Prompt {
  if (!Array.isArray(messages) || messages.at(-1)?.role !== 'user') {
    throw invalid('messages', messages, 'the last message must be from the user.');
  }
  const turns = messages.filter((message) => message.role !== 'system');
  const systems = [system, ...messages.filter((message) => message.role === 'system').map(messageText)];
  const joined = systems.filter((text) => text !== undefined && text !== '').join('\n\n') || undefined;
  const [only] = turns;
  const conversation =
    turns.length === 1 && only !== undefined
      ? messageText(only)
      : turns
          .map((message) => `${message.role === 'user' ? 'User' : 'Assistant'}: ${messageText(message)}`)
          .join('\n\n');
  if (conversation.trim() === '') throw invalid('messages', messages, 'the question must not be empty.');
  const attachments = attachmentsOf(turns);
  const task: Task = {
    instruction: withSystem(joined, conversation),
    input: '',
    ...(attachments.length === 0 ? {} : { attachments }),
  };
  return { messages: turns, system: joined, task };
}

/**
 * The text of a message. Images and files are replaced by a mark with their name, such as `[image: photo.png]`, other
 * parts by their type; reasoning is left out.
 */
export function messageText(message: ModelMessage): string {
  if (typeof message.content === 'string') return message.content;
  return message.content
    .filter((part) => part.type !== 'reasoning')
    .map((part, index, parts) => {
      if (part.type === 'text') return part.text;
      if (!isAttachment(part)) return `[${part.type}]`;
      return attachmentMark(part) + (index < parts.length - 1 ? '\n' : '');
    })
    .join('');
}

/** One question of a part that works for a task, with the task's images and files in front of it. */
export function promptWithAttachments(
  text: string,
  attachments: readonly Attachment[] = [],
): Pick<Prompt, 'messages' | 'system'> {
  const content = attachments.length === 0 ? text : [...attachments, { type: 'text' as const, text }];
  return { messages: [{ role: 'user', content }], system: undefined };
}

/** A system message in front of an instruction. */
export function withSystem(system: string | undefined, text: string): string {
  return system === undefined || system === '' ? text : `${system}\n\n${text}`;
}

function invalid(parameter: string, value: unknown, message: string): InvalidArgumentError {
  return new InvalidArgumentError({ parameter, value, message });
}
