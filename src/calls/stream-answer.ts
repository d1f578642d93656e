import { type Output, streamText } from 'ai';
import { TimeoutError } from '../error/index.ts';
import type { CallTimings } from '../spec/candidate.ts';
import type { GenerationSettings, ModelObject } from '../spec/model-choice.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { definedOnly } from '../util/defined-only.ts';
import { startDeadline } from '../util/deadline.ts';
import { raceAbort } from '../util/race-abort.ts';
import { callUsage } from './call-usage.ts';
import { checkFinish, type FinishDetails } from './check-finish.ts';
import { toCallError } from './to-call-error.ts';
import { withStreaming } from './with-streaming.ts';

/** One answer of one model, whole. */
export interface Answer {
  readonly text: string;
  readonly finishReason: string;
  readonly usage: Usage;
  readonly timings: CallTimings;
}

/**
 * Asks one model once and passes its text on as it comes.
 *
 * @throws ModelCallError, TimeoutError, or the signal's reason at once on abort.
 */
export async function streamAnswer({
  model,
  name,
  prompt,
  settings,
  maxRetries,
  timeoutMs,
  abortSignal,
  onDelta,
  output,
}: {
  model: ModelObject;
  /** The name used in errors. */
  name: string;
  prompt: Pick<Prompt, 'messages' | 'system'>;
  settings: GenerationSettings;
  /** How often to try again after a failure that may pass, with back-off. */
  maxRetries: number;
  timeoutMs: number | undefined;
  abortSignal: AbortSignal | undefined;
  onDelta?: ((delta: string) => void) | undefined;
  /** The form that the text should have, for models that can be held to one; the text may still have another. */
  output?: Output.Output | undefined;
}): Promise<Answer> {
  using deadline = startDeadline({
    timeoutMs,
    abortSignal,
    createError: () =>
      new TimeoutError({
        what: `the answer of ${name}`,
        timeoutMs: timeoutMs ?? 0,
        hint: 'Raise timeoutMs (--timeout).',
      }),
  });
  // The stream gets a controller of its own, so that leaving early for any reason stops the provider's call too.
  const controller = new AbortController();
  const signal =
    deadline.signal === undefined ? controller.signal : AbortSignal.any([deadline.signal, controller.signal]);
  try {
    const reading = read({ model, name, prompt, settings, maxRetries, signal, onDelta, output });
    return await raceAbort(reading, deadline.signal);
  } catch (error) {
    // After an abort, whatever the provider made of it, the reason is what the caller gave.
    deadline.signal?.throwIfAborted();
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
  maxRetries,
  signal,
  onDelta,
  output,
}: {
  model: ModelObject;
  name: string;
  prompt: Pick<Prompt, 'messages' | 'system'>;
  settings: GenerationSettings;
  maxRetries: number;
  signal: AbortSignal;
  onDelta: ((delta: string) => void) | undefined;
  output: Output.Output | undefined;
}): Promise<Answer> {
  const start = performance.now();
  let firstTokenMs: number | undefined;
  let text = '';
  let details: FinishDetails['details'];
  const result = streamText({
    model: withStreaming(model),
    messages: [...prompt.messages],
    ...(prompt.system === undefined ? {} : { instructions: prompt.system }),
    ...definedOnly(settings),
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    ...(output === undefined ? {} : { output }),
    maxRetries,
    abortSignal: signal,
    onError: () => {}, // errors arrive as parts of the stream; without this they would be printed as well
  });
  for await (const part of result.stream) {
    if (signal.aborted) break;
    switch (part.type) {
      case 'text-delta':
        firstTokenMs ??= performance.now() - start;
        text += part.text;
        onDelta?.(part.text);
        break;
      case 'error':
        throw part.error;
      case 'finish-step':
        details = part.providerMetadata;
        break;
      case 'finish':
        checkFinish({ model: name, text, finishReason: part.finishReason, rawReason: part.rawFinishReason, details });
        return {
          text,
          finishReason: part.finishReason,
          usage: callUsage(model, part.totalUsage),
          timings: { firstTokenMs, totalMs: performance.now() - start },
        };
      default:
    }
  }
  signal.throwIfAborted();
  throw new Error('the stream ended before the answer was complete');
}
