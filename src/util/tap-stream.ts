/** How a stream ended: by itself, with an error, or because its reader left. */
export type StreamEnd = { readonly error: unknown } | 'done' | 'left';

/**
 * Passes a stream on and reports each part, and once its end: right after the last part, or when nobody reads on after
 * an abort.
 */
export function tapStream<PART>(
  stream: ReadableStream<PART>,
  {
    abortSignal,
    onPart,
    onEnd,
  }: {
    abortSignal: AbortSignal | undefined;
    /** Returns true for the last part. */
    onPart: (part: PART) => boolean;
    onEnd: (end: StreamEnd) => void;
  },
): ReadableStream<PART> {
  const reader = stream.getReader();
  let isOpen = true;
  const end = (how: StreamEnd) => {
    if (!isOpen) return;
    isOpen = false;
    abortSignal?.removeEventListener('abort', onAbort);
    onEnd(how);
  };
  const onAbort = () => end({ error: abortSignal?.reason });
  abortSignal?.addEventListener('abort', onAbort, { once: true });
  if (abortSignal?.aborted) onAbort();
  return new ReadableStream<PART>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            end('done');
            controller.close();
            return;
          }
          const isLast = onPart(value);
          controller.enqueue(value);
          if (isLast) end('done');
        } catch (error) {
          end({ error });
          controller.error(error);
        }
      },
      cancel(reason) {
        end('left');
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
