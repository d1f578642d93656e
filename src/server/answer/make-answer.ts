import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { toApiError } from '../api-error.ts';
import { within } from '../within.ts';
import type { AnswerForm } from './answer-form.ts';
import { type ChoiceOptions, streamChoice, wholeChoice } from './choice.ts';
import { mergeEvents } from './merge-events.ts';
import type { AnswerPieces } from './shared-answer.ts';

/**
 * Milliseconds to wait for the first event. What fails before is told by the status of the response; after that the
 * stream begins, so that no client waits in silence.
 */
const FIRST_EVENT_MS = 50;

/** What a blend does before it tells of its first step, such as loading a model. */
const FIRST_PHASE = 'Preparing the models.\n';

/** An answer that is to be made. */
export interface AnswerPlan extends ChoiceOptions {
  readonly form: AnswerForm;
  /** One for each choice. */
  readonly calls: readonly LanguageModelV4CallOptions[];
  /** Ends all work when it aborts. */
  readonly abortSignal: AbortSignal;
}

/** The body of an answer at once. */
export async function* makeWhole(plan: AnswerPlan): AnswerPieces {
  const { form, served, calls, abortSignal } = plan;
  const stopped = new AbortController();
  const signal = AbortSignal.any([abortSignal, stopped.signal]);
  const model = await served.open({ abortSignal: signal });
  let isMade = false;
  try {
    const choices = calls.map((call) => wholeChoice(model, { ...call, abortSignal: signal }, plan));
    const whole = form.whole(await Promise.all(choices));
    isMade = true;
    yield JSON.stringify(whole);
    return true;
  } finally {
    // Where one choice fails, the others are of no use.
    if (!isMade) stopped.abort();
  }
}

/** The events of a streamed answer. What fails after the first of them is an event too. */
export async function* makeEvents(plan: AnswerPlan, report: (error: unknown) => void): AnswerPieces {
  const { form, served, showProgress } = plan;
  const stopped = new AbortController();
  const events = choiceEvents(plan, stopped);
  let hasBegun = false;
  let isMade = false;
  try {
    const first = events.next();
    if ((await within(first, FIRST_EVENT_MS)) === undefined) {
      hasBegun = true;
      yield* form.begin(showProgress && served.kind === 'blend' ? FIRST_PHASE : undefined);
    }
    const { value, done } = await first;
    hasBegun = true;
    if (done !== true) yield value;
    yield* events;
    yield* form.end();
    isMade = true;
    return true;
  } catch (error) {
    if (!hasBegun) throw error;
    report(error);
    yield* form.fail(toApiError(error).body);
    return false;
  } finally {
    if (!isMade) stopped.abort();
    await events.return(undefined).catch(() => {});
  }
}

async function* choiceEvents(plan: AnswerPlan, stopped: AbortController): AsyncGenerator<string> {
  const { form, served, calls, abortSignal } = plan;
  const signal = AbortSignal.any([abortSignal, stopped.signal]);
  const model = await served.open({ abortSignal: signal });
  const choices = calls.map((call) => streamChoice(model, { ...call, abortSignal: signal }, plan));
  for await (const { index, event } of mergeEvents(choices, () => stopped.abort())) {
    yield form.read(index, event).join('');
  }
}
