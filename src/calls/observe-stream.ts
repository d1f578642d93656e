import type { LanguageModelV4StreamPart, LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** How a stream ended: with what its `finish` part says, or with an error, or with neither where it was left. */
export interface StreamEnd {
  readonly usage?: LanguageModelV4Usage | undefined;
  readonly providerMetadata?: SharedV4ProviderMetadata | undefined;
  readonly error?: unknown;
}

/** Passes a stream on and tells once how it ended, also where its reader leaves or nobody reads on after an abort. */
export function observeStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { abortSignal, onEnd }: { abortSignal: AbortSignal | undefined; onEnd: (end: StreamEnd) => void },
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = stream.getReader();
  let known: StreamEnd = {};
  let isOpen = true;
  const end = (outcome: StreamEnd) => {
    if (!isOpen) return;
    isOpen = false;
    abortSignal?.removeEventListener('abort', onAbort);
    onEnd(outcome);
  };
  const onAbort = () => end({ error: abortSignal?.reason });
  abortSignal?.addEventListener('abort', onAbort, { once: true });
  if (abortSignal?.aborted) onAbort();
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            end(known);
            return controller.close();
          }
          if (value.type === 'error') known = { error: value.error };
          // Packages finish a broken stream as well, then without figures.
          if (value.type === 'finish' && (known.error === undefined || value.usage.inputTokens.total !== undefined)) {
            known = { usage: value.usage, providerMetadata: value.providerMetadata };
          }
          controller.enqueue(value);
          if (value.type === 'finish') end(known);
        } catch (error) {
          end({ error });
          controller.error(error);
        }
      },
      cancel(reason) {
        end(known);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
