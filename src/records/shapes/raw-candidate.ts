import type { RecordCandidate, RecordMessage } from '../record.ts';
import { messagesOf } from './messages.ts';
import { modelOf, textOf, textsOf } from './texts.ts';
import { isObject } from '../../util/is-object.ts';

/** An answer as it is given: a text, or a conversation that ends with it or begins with it. */
export interface RawCandidate extends Omit<RecordCandidate, 'text'> {
  readonly text?: string | undefined;
  readonly messages?: readonly RecordMessage[] | undefined;
  /** The answers to several turns. */
  readonly turns?: readonly string[] | undefined;
}

/** An answer in any of its forms; undefined for what is none. */
export function rawOf(value: unknown): RawCandidate | undefined {
  const messages = messagesOf(value);
  if (messages !== undefined) return { messages };
  if (typeof value === 'string') return { text: value };
  const turns = Array.isArray(value) ? textsOf(value) : undefined;
  if (turns !== undefined) return { turns };
  const text = textOf(value);
  return text === undefined ? undefined : { text, model: modelOf(value), ...(isObject(value) ? placeOf(value) : {}) };
}

/** The place and the score that a ranking gave, if they are numbers. */
function placeOf({ rank, score }: Readonly<Record<string, unknown>>): Pick<RecordCandidate, 'rank' | 'score'> {
  return {
    ...(typeof rank === 'number' ? { rank } : {}),
    ...(typeof score === 'number' ? { score } : {}),
  };
}
