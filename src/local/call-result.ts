import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { Generation, StopCause } from './generate.ts';

const UNIFIED_REASONS = {
  'end-of-turn': 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
} as const satisfies Record<StopCause, LanguageModelV4FinishReason['unified']>;

/** Why a generation ended, in the terms of the AI SDK; `raw` keeps ours. */
export function finishReason(cause: StopCause): LanguageModelV4FinishReason {
  return { unified: UNIFIED_REASONS[cause], raw: cause };
}

/** Tokens of a call, counted exactly: input with the chat template, output without the end of the turn. */
export function toUsage(inputTokens: number, { outputTokens, reusedTokens }: Generation): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - reusedTokens,
      cacheRead: reusedTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
  };
}

/** Warnings for the settings of a call that a local model ignores. */
export function callWarnings({ tools = [], toolChoice, reasoning }: LanguageModelV4CallOptions): SharedV4Warning[] {
  const forced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
  const ignored = {
    tools: tools.length > 0 && 'Local models cannot call tools.',
    toolChoice: forced && 'Local models cannot call tools.',
    reasoning:
      reasoning !== undefined &&
      reasoning !== 'provider-default' &&
      'How much a local model reasons is up to its chat template.',
  };
  return Object.entries(ignored).flatMap(([feature, details]) =>
    details === false ? [] : [{ type: 'unsupported' as const, feature, details }],
  );
}

/**
 * A web stream of parts that are pushed as they come. The producer does not wait for the reader: an answer is small,
 * and a slow reader must not hold a sequence that others wait for.
 *
 * A failure is an `error` part, as the AI SDK expects; an abort errors the stream with the signal's reason.
 *
 * @param produce pushes the parts; stops when the signal aborts, which it does when the reader cancels.
 */
export function streamParts(
  produce: (push: (part: LanguageModelV4StreamPart) => void, signal: AbortSignal) => Promise<void>,
  abortSignal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const cancelled = new AbortController();
  const signal = abortSignal === undefined ? cancelled.signal : AbortSignal.any([abortSignal, cancelled.signal]);
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      const push = (part: LanguageModelV4StreamPart) => {
        if (!cancelled.signal.aborted) controller.enqueue(part);
      };
      void produce(push, signal).then(
        () => {
          if (!cancelled.signal.aborted) controller.close();
        },
        (error: unknown) => {
          if (cancelled.signal.aborted) return;
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
      cancelled.abort(reason);
    },
  });
}
