import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { notify } from '../util/notify.ts';
import { blendInSpan } from './blend-in-span.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';

/**
 * A blend as a stream of typed parts, from `blend-start` to `blend-end`, which carries the result. Leaving the loop or
 * cancelling the stream stops every call behind it. Where the blend as a whole fails, reading fails with the error.
 *
 * @example
 * for await (const part of streamBlend({ prompt: 'Why is the sky blue?' })) {
 *   if (part.type === 'candidate-end') console.log(part.candidate.text);
 * }
 */
export function streamBlend(options: BlendOptions): ReadableStream<BlendPart> {
  const left = new AbortController();
  const abortSignal = mergeAbortSignals(options.abortSignal, left.signal);
  return new ReadableStream<BlendPart>({
    start(controller) {
      // Once the reader has left, the stream takes no more parts; `notify` drops what it says to that.
      const emit = (part: BlendPart) => notify((value: BlendPart) => controller.enqueue(value), part);
      blendInSpan({ ...options, abortSignal }, emit).then(
        (result) => {
          emit({ type: 'blend-end', result });
          notify(() => controller.close(), undefined);
        },
        (error: unknown) => controller.error(error),
      );
    },
    cancel(reason) {
      left.abort(reason ?? new DOMException('The blend was left by its reader.', 'AbortError'));
    },
  });
}
