import type { Question, RecordMessage } from '../record.ts';
import { type Field, type Fields, NAMES } from './field-names.ts';
import { messagesOf } from './messages.ts';
import { wrongValue } from './problems.ts';
import { textOf, textsOf } from './texts.ts';

/** The question of a row before it is known what its answers add to it. */
export interface RawQuestion {
  /** The fields that it was read from. */
  readonly keys: readonly string[];
  /** Its text, or its texts where the user asks several times. */
  readonly turns: readonly string[] | undefined;
  /** The texts were given as a list, also of one; those of the answers are then too. */
  readonly isList: boolean;
  /** The same as a conversation, where that is how it is given; the last message may be the answer. */
  readonly messages: readonly RecordMessage[] | undefined;
  readonly input: string | undefined;
  readonly system: string | undefined;
}

/** Names such as `orig_instruction` or `question_text`, and not `system_prompt` or `prompt_id`. */
const QUESTION_WITHIN = /^(?!system|negative|judge|eval).*(?:instruction|prompt|question|query)(?:text|body|content)?$/;

/** Finds the question of a row; undefined where there is none. */
export function readQuestion(fields: Fields): RawQuestion | undefined {
  const field =
    fields.find(NAMES.question, isQuestion) ??
    fields.find(NAMES.messages, (value) => messagesOf(value) !== undefined) ??
    fields.match(QUESTION_WITHIN, isQuestion) ??
    fields.find(NAMES.input, isQuestion) ??
    fields.find(NAMES.lastQuestion, isQuestion);
  if (field === undefined) {
    const wrong = fields.find(['instruction', 'prompt']);
    if (wrong !== undefined) throw wrongValue(wrong.key, wrong.value, 'a text');
    return undefined;
  }
  checkOnlyOne(fields, field);
  const input = fields.find(NAMES.input, (value) => value !== '');
  const isApart = input !== undefined && input.key !== field.key;
  // Other names than `input` may hold anything.
  if (isApart && input.key === 'input' && textOf(input.value) === undefined) {
    throw wrongValue(input.key, input.value, 'a text');
  }
  const system = fields.find(NAMES.system, (value) => typeof value === 'string' && value.trim() !== '');
  const messages = messagesOf(field.value);
  return {
    keys: [field.key, ...(isApart ? [input.key] : []), ...(system === undefined ? [] : [system.key])],
    turns: messages === undefined ? turnsOf(field.value) : undefined,
    isList: messages === undefined && textsOf(field.value) !== undefined,
    messages,
    input: isApart ? textOf(input.value) : undefined,
    system: system === undefined ? undefined : String(system.value),
  };
}

function isQuestion(value: unknown): boolean {
  return messagesOf(value) !== undefined || turnsOf(value) !== undefined;
}

/** One text, or the texts of several turns: a list, or JSON of a list. */
function turnsOf(value: unknown): readonly string[] | undefined {
  const text = textOf(value);
  return textsOf(value) ?? (text === undefined ? undefined : [text]);
}

/** `instruction` and `prompt` are the same here; with both it is not clear which was asked. */
function checkOnlyOne(fields: Fields, { key, value }: Field): void {
  const prompt = fields.find(['prompt']);
  if (key !== 'instruction' || prompt === undefined || prompt.value === value) return;
  throw wrongValue(
    prompt.key,
    prompt.value,
    'only one of instruction and prompt (--map instruction=prompt takes the second)',
  );
}

/** The question as the library takes it. Messages of the assistant at the end belong to the answer. */
export function toQuestion(raw: RawQuestion): Question {
  const { messages, turns = [], input, system } = raw;
  const lastUser = messages?.findLastIndex(({ role }) => role === 'user') ?? -1;
  if (messages === undefined) {
    return {
      instruction: turns.join('\n\n'),
      ...(input === undefined ? {} : { input }),
      ...(system === undefined ? {} : { system }),
    };
  }
  return questionOf(messages.slice(0, lastUser + 1), system);
}

/** A conversation of one message is a plain question. */
export function questionOf(messages: readonly RecordMessage[], system: string | undefined): Question {
  const [only] = messages;
  const withSystem = system === undefined ? {} : { system };
  return only !== undefined && messages.length === 1
    ? { instruction: only.content, ...withSystem }
    : { messages, ...withSystem };
}
