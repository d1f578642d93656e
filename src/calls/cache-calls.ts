import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { CallCache } from './call-cache.ts';
import type { CallLedger } from './call-ledger.ts';
import type { WatchGroup } from './watch-group.ts';

/**
 * Answers calls from the cache, and keeps what providers answer. Only whole answers are kept: none that failed, was
 * aborted, broke off or was filtered. What was sent, and the provider's headers, are not kept.
 */
export function cacheCalls({
  cache,
  keyOf,
  ledger,
  watches,
}: {
  cache: CallCache;
  /** Undefined for a call that must not be cached. */
  keyOf: (kind: 'generate' | 'stream', params: LanguageModelV4CallOptions) => string | undefined;
  ledger: CallLedger | undefined;
  watches: WatchGroup;
}): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params }) {
      const key = keyOf('generate', params);
      const kept = key === undefined ? undefined : cache.get(key);
      if (kept !== undefined) {
        ledger?.save();
        return kept as LanguageModelV4GenerateResult;
      }
      const result = await doGenerate();
      if (key !== undefined && !watches.isCut && isWhole(result.finishReason) && result.content.length > 0)
        cache.set(key, withoutWire(result));
      return result;
    },
    async wrapStream({ doStream, params }) {
      const key = keyOf('stream', params);
      const kept = key === undefined ? undefined : cache.get(key);
      if (kept !== undefined) {
        ledger?.save();
        return { stream: ReadableStream.from(kept as readonly LanguageModelV4StreamPart[]) };
      }
      const result = await doStream();
      if (key === undefined || watches.isCut) return result;
      return { ...result, stream: keepStream(result.stream, (parts) => cache.set(key, parts)) };
    },
  };
}

function keepStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  keep: (parts: readonly LanguageModelV4StreamPart[]) => void,
): ReadableStream<LanguageModelV4StreamPart> {
  const parts: LanguageModelV4StreamPart[] = [];
  return stream.pipeThrough(
    new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
      transform(part, controller) {
        if (part.type !== 'raw' && part.type !== 'ping') parts.push(part);
        controller.enqueue(part);
      },
      flush() {
        const finish = parts.findLast((part) => part.type === 'finish');
        const failed = parts.some(({ type }) => type === 'error');
        const says = parts.some(({ type }) => type === 'text-delta' || type === 'tool-call');
        if (finish !== undefined && says && !failed && isWhole(finish.finishReason)) keep(parts);
      },
    }),
  );
}

function isWhole({ unified }: LanguageModelV4FinishReason): boolean {
  return unified === 'stop' || unified === 'length' || unified === 'tool-calls';
}

/** The request repeats the prompt, and headers of the response may name an account. */
function withoutWire({
  request: _request,
  response,
  ...result
}: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
  if (response === undefined) return result;
  const { headers: _headers, body: _body, ...kept } = response;
  return { ...result, response: kept };
}
