import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

/**
 * A web stream of parts that are pushed as they come. The producer does not wait for the reader: an answer is small,
 * and a reader that dawdles must not hold a place that others wait for.
 *
 * A failure is an `error` part, as the AI SDK expects; an abort errors the stream with the signal's reason.
 *
 * @param produce pushes the parts; stops when the signal aborts, which it does when the reader cancels.
 */
export function streamParts(
  produce: (push: (part: LanguageModelV4StreamPart) => void, signal: AbortSignal) => Promise<void>,
  abortSignal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const left = new AbortController();
  const signal = abortSignal === undefined ? left.signal : AbortSignal.any([abortSignal, left.signal]);
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      const push = (part: LanguageModelV4StreamPart) => {
        if (!left.signal.aborted) controller.enqueue(part);
      };
      void produce(push, signal).then(
        () => {
          if (!left.signal.aborted) controller.close();
        },
        (error: unknown) => {
          if (left.signal.aborted) return;
          if (signal.aborted) {
            controller.error(signal.reason);
            return;
          }
          push({ type: 'error', error });
          controller.close();
        },
      );
    },
    cancel(reason) {
      left.abort(reason);
    },
  });
}
