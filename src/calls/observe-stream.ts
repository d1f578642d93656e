import type { LanguageModelV4StreamPart, LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { tapStream } from '../util/tap-stream.ts';

/** How a stream ended: with what its `finish` part says, or with an error, or with neither where it was left. */
export interface StreamEnd {
  readonly usage?: LanguageModelV4Usage | undefined;
  readonly providerMetadata?: SharedV4ProviderMetadata | undefined;
  readonly error?: unknown;
}

/** Passes a stream on and reports once how it ended, also where its reader leaves or nobody reads on after an abort. */
export function observeStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { abortSignal, onEnd }: { abortSignal: AbortSignal | undefined; onEnd: (end: StreamEnd) => void },
): ReadableStream<LanguageModelV4StreamPart> {
  let known: StreamEnd = {};
  return tapStream(stream, {
    abortSignal,
    onPart: (part) => {
      if (part.type === 'error') known = { error: part.error };
      if (part.type !== 'finish') return false;
      // Packages finish a broken stream as well, then without figures.
      if (known.error === undefined || part.usage.inputTokens.total !== undefined) {
        known = { usage: part.usage, providerMetadata: part.providerMetadata };
      }
      return true;
    },
    onEnd: (end) => onEnd(typeof end === 'object' ? end : known),
  });
}
