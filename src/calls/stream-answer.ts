import { type CallWarning, type Output, type ProviderMetadata, streamText } from 'ai';
import { TimeoutError } from '../error/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { CallTimings } from '../spec/candidate.ts';
import type { GenerationSettings, ModelObject } from '../spec/model-choice.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { raceAbort } from '../util/race-abort.ts';
import { AnswerClock } from './answer-clock.ts';
import { toCallError } from './call-failures.ts';
import { CallLedger } from './call-ledger.ts';
import { scopeModel } from './call-policies.ts';
import { checkFinish, type FinishDetails } from './check-finish.ts';

/** One answer of one model, whole. */
export interface Answer {
  readonly text: string;
  readonly finishReason: string;
  /** Of all attempts. */
  readonly usage: Usage;
  readonly timings: CallTimings;
  /** What else the provider reported of the answer, such as the probabilities of its tokens. */
  readonly details: ProviderMetadata | undefined;
  /** Settings that the provider ignored. */
  readonly warnings: readonly CallWarning[];
}

/**
 * Calls one model for one answer and passes its text on as it comes. Waiting for a place at the provider, or between two
 * attempts, is not counted as the answer's time.
 *
 * @throws ModelCallError, TimeoutError, BudgetExceededError, or the signal's reason at once on abort.
 */
export async function streamAnswer({
  model,
  name,
  prompt,
  settings,
  sample,
  maxRetries = 2,
  timeoutMs = 120_000,
  budget,
  ledger = new CallLedger(),
  abortSignal,
  onStart,
  onDelta,
  output,
}: {
  model: ModelObject;
  /** The name used in errors. */
  name: string;
  prompt: Pick<Prompt, 'messages' | 'system'>;
  settings: GenerationSettings;
  /** Which of several answers to the same question this is, from 1. @default 1 */
  sample?: number | undefined;
  /** How often to try again after a failure that may pass, with back-off. @default 2 */
  maxRetries?: number | undefined;
  /** @default 120_000 */
  timeoutMs?: number | undefined;
  budget?: CallBudget | undefined;
  /** Where the attempts are counted; it has what they took where this throws. */
  ledger?: CallLedger | undefined;
  abortSignal: AbortSignal | undefined;
  /** Called once, when the call has its place, or its answer is there without one. */
  onStart?: (() => void) | undefined;
  onDelta?: ((delta: string) => void) | undefined;
  /** The form that the text should have, for models that can be held to one; the text may still have another. */
  output?: Output.Output | undefined;
}): Promise<Answer> {
  let startedAt: number | undefined;
  const begin = () => {
    if (startedAt !== undefined) return;
    startedAt = performance.now();
    onStart?.();
  };
  using clock = new AnswerClock({
    timeoutMs,
    onStart: begin,
    createError: () =>
      new TimeoutError({
        what: `the answer of ${name}`,
        timeoutMs,
        hint: 'Raise timeoutMs (--timeout).',
      }),
  });
  const limit = mergeAbortSignals(abortSignal, clock.signal);
  // The stream gets a controller of its own, so that leaving early for any reason stops the provider's call too.
  const controller = new AbortController();
  const signal = mergeAbortSignals(limit, controller.signal) ?? controller.signal;
  const scoped = scopeModel(model, { sample, maxRetries, budget, ledger, watch: clock });
  try {
    const { firstTokenAt, ...answer } = await raceAbort(
      read({ model: scoped, name, prompt, settings, signal, onBegin: begin, onDelta, output }),
      limit,
    );
    const start = startedAt ?? performance.now();
    return {
      ...answer,
      usage: ledger.usage,
      timings: {
        firstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - start,
        totalMs: performance.now() - start,
      },
    };
  } catch (error) {
    // After an abort, whatever the provider made of it, the reason is what the caller gave.
    limit?.throwIfAborted();
    throw toCallError(error, name);
  } finally {
    controller.abort();
  }
}

async function read({
  model,
  name,
  prompt,
  settings: { stopSequences, ...settings },
  signal,
  onBegin,
  onDelta,
  output,
}: {
  model: ModelObject;
  name: string;
  prompt: Pick<Prompt, 'messages' | 'system'>;
  settings: GenerationSettings;
  signal: AbortSignal;
  /** Called before the first piece, if not before. */
  onBegin: () => void;
  onDelta: ((delta: string) => void) | undefined;
  output: Output.Output | undefined;
}): Promise<Pick<Answer, 'text' | 'finishReason' | 'details' | 'warnings'> & { firstTokenAt: number | undefined }> {
  let firstTokenAt: number | undefined;
  let text = '';
  let details: FinishDetails['details'];
  let warnings: readonly CallWarning[] = [];
  const result = streamText({
    model,
    messages: [...prompt.messages],
    ...(prompt.system === undefined ? {} : { instructions: prompt.system }),
    ...definedOnly(settings),
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    ...(output === undefined ? {} : { output }),
    maxRetries: 0, // the model's own policies try again: they know the provider's pauses and the budget
    abortSignal: signal,
    onError: () => {}, // errors arrive as parts of the stream; without this they would be printed as well
  });
  for await (const part of result.stream) {
    if (signal.aborted) break;
    switch (part.type) {
      case 'text-delta':
        onBegin();
        firstTokenAt ??= performance.now();
        text += part.text;
        onDelta?.(part.text);
        break;
      case 'error':
        throw part.error;
      case 'start-step':
        ({ warnings } = part);
        break;
      case 'finish-step':
        details = part.providerMetadata;
        break;
      case 'finish':
        onBegin();
        checkFinish({ model: name, text, finishReason: part.finishReason, rawReason: part.rawFinishReason, details });
        return { text, finishReason: part.finishReason, firstTokenAt, details, warnings };
      default:
    }
  }
  signal.throwIfAborted();
  throw new Error('the stream ended before the answer was complete');
}
