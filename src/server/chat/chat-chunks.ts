import { type ChoiceDelta, type ChoiceEnd, isChoiceEnd } from './choice.ts';
import { toNotes, toUsage } from './chat-completion.ts';

/** What all chunks of an answer have in common. */
export interface ChatHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** Makes the chunks of a streamed answer. What is ours stands at the top of the last one. */
export class ChatChunks {
  readonly #head: ChatHead & { readonly object: string };
  readonly #includeUsage: boolean;
  readonly #ends: (ChoiceEnd | undefined)[];
  readonly #begun = new Set<number>();

  constructor(head: ChatHead, { choices, includeUsage }: { choices: number; includeUsage: boolean }) {
    this.#head = { ...head, object: 'chat.completion.chunk' };
    this.#includeUsage = includeUsage;
    this.#ends = Array.from({ length: choices });
  }

  /** What says that the choices which have not begun are being made. */
  beginAll(): readonly object[] {
    return [...this.#ends.keys()].flatMap((index) => (this.#begun.has(index) ? [] : [this.#delta(index, {})]));
  }

  /** The chunks of an event of a choice. */
  read(index: number, event: ChoiceDelta | ChoiceEnd): readonly object[] {
    if (!isChoiceEnd(event)) return [this.#delta(index, event)];
    this.#ends[index] = event;
    const begin = this.#begun.has(index) ? [] : [this.#delta(index, {})];
    const choice = { index, delta: {}, finish_reason: event.finishReason };
    const finish = { ...this.#head, choices: [choice] };
    const ends = this.#ends.filter((end) => end !== undefined);
    if (ends.length < this.#ends.length) return [...begin, finish];
    const notes = toNotes(ends);
    if (!this.#includeUsage) return [...begin, { ...finish, ...notes }];
    return [...begin, finish, { ...this.#head, choices: [], usage: toUsage(ends), ...notes }];
  }

  #delta(index: number, delta: ChoiceDelta): object {
    const role = this.#begun.has(index) ? {} : { role: 'assistant', content: '' };
    this.#begun.add(index);
    return { ...this.#head, choices: [{ index, delta: { ...role, ...delta }, finish_reason: null }] };
  }
}
