import { isDeepStrictEqual } from 'node:util';
import type { ModelMessage } from 'ai';
import { InvalidArgumentError } from '../error/index.ts';
import { attachmentsOf } from '../spec/attachments.ts';
import { messageText, withSystem } from '../spec/prompt.ts';
import type { Task } from '../spec/task.ts';
import { cutMiddle } from '../util/cut-middle.ts';

/** One turn: one or several messages of the user, and all answers to them. */
interface Turn {
  readonly user: ModelMessage[];
  /** Messages of the assistant and of its tools. */
  readonly answers: ModelMessage[];
}

/** The frame of the flattened conversation: the answers stand apart, so that two of them can be compared. */
const INSTRUCTION =
  'Carry on the conversation below. <Response i> stands in place of what the assistant answers in turn i.';

/**
 * Flattens two conversations with the same user turns into one task and two candidates, as the Python original does: the
 * task is the conversation with a placeholder for each answer, a candidate is the answers by placeholder.
 *
 * @throws InvalidArgumentError where one cannot be read, or they differ in more than the answers.
 */
export function conversationPair(options: {
  readonly a: readonly ModelMessage[];
  readonly b: readonly ModelMessage[];
  readonly system?: string | undefined;
}): { readonly task: Task; readonly a: string; readonly b: string } {
  const [a, b] = [readTurns('a', options.a), readTurns('b', options.b)];
  const [system, other] = [systemText(options.a), systemText(options.b)];
  if (system !== other) {
    throw invalid('b', other, `its system message must be that of a, ${quote(system)}.`);
  }
  if (a.length !== b.length) {
    throw invalid('b', options.b, `it has ${turns(b.length)} and a has ${a.length}; both need the same user turns.`);
  }
  for (const [index, { user }] of a.entries()) checkSame(index + 1, user, b[index]?.user ?? []);
  const files = attachmentsOf(a.flatMap(({ user }) => user));
  const systems = [options.system ?? '', system].filter((text) => text !== '').join('\n\n');
  return {
    task: {
      instruction: withSystem(systems, INSTRUCTION),
      input: a.map(({ user }, index) => `USER: ${textOf(user)}\nAssistant: <Response ${index + 1}>`).join('\n'),
      ...(files.length === 0 ? {} : { attachments: files }),
    },
    a: answersText(a),
    b: answersText(b),
  };
}

function readTurns(parameter: 'a' | 'b', messages: readonly ModelMessage[]): readonly Turn[] {
  if (!Array.isArray(messages)) throw invalid(parameter, messages, 'expected an array of messages.');
  const read: Turn[] = [];
  for (const [index, message] of (messages as readonly ModelMessage[]).entries()) {
    checkMessage(`${parameter}[${index}]`, message);
    const current = read.at(-1);
    if (message.role === 'system') continue;
    if (message.role !== 'user') {
      if (current === undefined) {
        throw invalid(`${parameter}[${index}]`, message.role, 'a conversation begins with a message of the user.');
      }
      current.answers.push(message);
    } else if (current === undefined || current.answers.length > 0) {
      read.push({ user: [message], answers: [] });
    } else {
      current.user.push(message);
    }
  }
  if (read.length === 0) throw invalid(parameter, messages, 'expected at least one message of the user.');
  // Only the last turn can be without an answer: another message of the user goes on with the same turn.
  if (read.at(-1)?.answers.length === 0) {
    throw invalid(parameter, messages, `turn ${read.length} has no answer; the last message must be the assistant's.`);
  }
  return read;
}

function checkMessage(parameter: string, message: ModelMessage): void {
  const known = ['system', 'user', 'assistant', 'tool'].includes(message?.role);
  if (!known || (typeof message.content !== 'string' && !Array.isArray(message.content))) {
    throw invalid(parameter, message, 'expected a message { role, content } of the AI SDK.');
  }
}

/** @throws InvalidArgumentError that names the turn, from 1. */
function checkSame(turn: number, left: readonly ModelMessage[], right: readonly ModelMessage[]): void {
  const [leftText, rightText] = [textOf(left), textOf(right)];
  if (leftText !== rightText) {
    throw invalid(
      'b',
      rightText,
      `turn ${turn} of the user is ${quote(leftText)} in a; both need the same user turns.`,
    );
  }
  if (!isDeepStrictEqual(otherParts(left), otherParts(right))) {
    throw invalid('b', rightText, `turn ${turn} of the user has something else attached in a.`);
  }
}

/** What is not text, without the options of a provider, which are no part of the message. */
function otherParts(messages: readonly ModelMessage[]): readonly unknown[] {
  return messages
    .flatMap(({ content }): readonly object[] => (typeof content === 'string' ? [] : content))
    .filter((part) => 'type' in part && part.type !== 'text')
    .map((part) => ({ ...part, providerOptions: undefined }));
}

function textOf(messages: readonly ModelMessage[]): string {
  return messages.map(messageText).join('\n');
}

function systemText(messages: readonly ModelMessage[]): string {
  return messages
    .filter(({ role }) => role === 'system')
    .map(messageText)
    .join('\n\n');
}

/** Empty where nothing was answered in any turn, so that the rule for empty texts holds. */
function answersText(read: readonly Turn[]): string {
  const answers = read.map(({ answers: messages }) => textOf(messages));
  if (answers.every((answer) => answer.trim() === '')) return '';
  return answers.map((answer, index) => `<Response ${index + 1}>: ${answer}`).join('\n');
}

/** For an error, which should stay readable. */
function quote(text: string): string {
  return JSON.stringify(cutMiddle(text, 80).text);
}

function turns(count: number): string {
  return count === 1 ? '1 turn' : `${count} turns`;
}

function invalid(parameter: string, value: unknown, message: string): InvalidArgumentError {
  return new InvalidArgumentError({ parameter, value, message });
}
