import { setTimeout as delay } from 'node:timers/promises';
import type { LanguageModelV4Middleware, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { RetryError } from 'ai';
import { checkNumber } from '../util/check-number.ts';
import { isRetryable } from './is-retryable.ts';
import { retryDelayMs } from './retry-delay.ts';

/**
 * Tries a call again after a failure that may pass, as long as nothing of its answer has been passed on: a second
 * attempt would say the same text twice. A stream that breaks after its first piece of content fails.
 *
 * @throws InvalidArgumentError where `maxRetries` is not an integer of at least 0.
 */
export function retryCalls({ maxRetries }: { maxRetries: number }): LanguageModelV4Middleware {
  checkNumber('maxRetries', maxRetries, { min: 0, integer: true });
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ doGenerate, params }) => retrying(doGenerate, { maxRetries, abortSignal: params.abortSignal }),
    wrapStream: ({ doStream, params }) =>
      retrying(
        async () => {
          const result = await doStream();
          return { ...result, stream: await openStream(result.stream) };
        },
        { maxRetries, abortSignal: params.abortSignal },
      ),
  };
}

async function retrying<RESULT>(
  call: () => PromiseLike<RESULT>,
  { maxRetries, abortSignal }: { maxRetries: number; abortSignal: AbortSignal | undefined },
): Promise<RESULT> {
  const errors: unknown[] = [];
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      abortSignal?.throwIfAborted();
      const waitMs = attempt > maxRetries || !isRetryable(error) ? undefined : retryDelayMs(error, { attempt });
      errors.push(error);
      if (waitMs === undefined) throw errors.length === 1 ? error : retryError(errors);
      await pause(waitMs, abortSignal);
    }
  }
}

/** The SDK's own error for several attempts. */
function retryError(errors: unknown[]): RetryError {
  return new RetryError({ message: `Failed after ${errors.length} attempts.`, reason: 'maxRetriesExceeded', errors });
}

async function pause(milliseconds: number, abortSignal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, abortSignal === undefined ? {} : { signal: abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error;
  }
}

/** Parts that say nothing of the answer yet. */
const OPENING = new Set<LanguageModelV4StreamPart['type']>([
  'stream-start',
  'response-metadata',
  'ping',
  'raw',
  'text-start',
  'reasoning-start',
]);

/**
 * Reads a stream until its answer begins, and gives it back whole.
 *
 * @throws an error that comes before that.
 */
async function openStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
): Promise<ReadableStream<LanguageModelV4StreamPart>> {
  const reader = stream.getReader();
  const opening: LanguageModelV4StreamPart[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (value.type === 'error') {
      await reader.cancel(value.error).catch(() => {});
      throw value.error;
    }
    opening.push(value);
    if (!OPENING.has(value.type)) break;
  }
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        const next = opening.shift();
        if (next !== undefined) return controller.enqueue(next);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
