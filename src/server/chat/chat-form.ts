import type { AnswerForm } from '../answer/answer-form.ts';
import { type ChoiceDelta, type ChoiceEnd, isChoiceEnd, type WholeChoice } from '../answer/choice.ts';
import type { ErrorBody } from '../api-error.ts';
import { dataEvent } from '../sse.ts';
import { type ChatHead, toChatCompletion, toNotes, toUsage } from './chat-completion.ts';

const DONE = dataEvent('[DONE]');

/** An answer as chat completions have it. What is ours stands at the top of its last chunk. */
export class ChatForm implements AnswerForm {
  readonly #head: ChatHead;
  readonly #includeUsage: boolean;
  readonly #ends: (ChoiceEnd | undefined)[];
  readonly #begun = new Set<number>();

  constructor(head: ChatHead, { choices, includeUsage }: { choices: number; includeUsage: boolean }) {
    this.#head = head;
    this.#includeUsage = includeUsage;
    this.#ends = Array.from({ length: choices });
  }

  begin(phase?: string): readonly string[] {
    return [...this.#ends.keys()].flatMap((index) => this.#begin(index, phase));
  }

  read(index: number, event: ChoiceDelta | ChoiceEnd): readonly string[] {
    if (!isChoiceEnd(event)) return [this.#delta(index, event)];
    const begin = this.#begin(index);
    this.#ends[index] = event;
    const finish = { choices: [{ index, delta: {}, finish_reason: event.finishReason }] };
    const ends = this.#ends.filter((end) => end !== undefined);
    if (ends.length < this.#ends.length) return [...begin, this.#chunk(finish)];
    const notes = toNotes(ends);
    if (!this.#includeUsage) return [...begin, this.#chunk({ ...finish, ...notes })];
    return [...begin, this.#chunk(finish), this.#chunk({ choices: [], usage: toUsage(ends), ...notes })];
  }

  end(): readonly string[] {
    return [DONE];
  }

  fail(error: ErrorBody): readonly string[] {
    return [dataEvent({ error }), DONE];
  }

  whole(choices: readonly WholeChoice[]): object {
    return toChatCompletion(this.#head, choices);
  }

  #begin(index: number, phase?: string): readonly string[] {
    if (this.#begun.has(index)) return [];
    return [this.#delta(index, phase === undefined ? {} : { reasoning_content: phase })];
  }

  /** The first delta of a choice says whose it is. */
  #delta(index: number, delta: ChoiceDelta): string {
    const role = this.#begun.has(index) ? {} : { role: 'assistant', content: '' };
    this.#begun.add(index);
    return this.#chunk({ choices: [{ index, delta: { ...role, ...delta }, finish_reason: null }] });
  }

  #chunk(fields: object): string {
    return dataEvent({ ...this.#head, object: 'chat.completion.chunk', ...fields });
  }
}
