import type { ErrorBody } from '../api-error.ts';
import type { ChoiceDelta, ChoiceEnd, WholeChoice } from './choice.ts';

/** How an API writes an answer. Events are texts as they go over the wire. */
export interface AnswerForm {
  /** The events that say that the answer is being made, with what is done for it; none where some have been made already. */
  begin(phase?: string): readonly string[];
  read(index: number, event: ChoiceDelta | ChoiceEnd): readonly string[];
  /** What comes after the last choice has ended. */
  end(): readonly string[];
  fail(error: ErrorBody): readonly string[];
  /** The body of an answer at once. */
  whole(choices: readonly WholeChoice[]): object;
}
