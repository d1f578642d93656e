import { setTimeout as delay } from 'node:timers/promises';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { RetryError } from 'ai';
import { checkNumber, RETRIES } from '../../util/check-number.ts';
import type { CallPolicy } from '../call.ts';
import { type CallReply, StreamReply } from '../call-reply.ts';
import { refusedKinds } from '../files/file-refusal.ts';
import { kindsOfFiles } from '../files/hide-files.ts';
import { wasAdjusted } from './adjusted.ts';
import { isRetryable, retryDelayMs } from './retry-policy.ts';

/**
 * Tries a call again after a failure that may pass, as long as nothing of its answer has been passed on: a second
 * attempt would say the same text twice. A stream that breaks after its first piece of content fails. A call whose
 * setting was refused is made again without it, which does not count as a retry.
 *
 * @throws InvalidArgumentError where `maxRetries` is not an integer of at least 0.
 */
export const retryCalls: CallPolicy = async (call, next) => {
  const { abortSignal } = call.options;
  const { maxRetries = 0 } = call.scope;
  checkNumber('maxRetries', maxRetries, RETRIES);
  const errors: unknown[] = [];
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await opened(await next(call), abortSignal);
    } catch (error) {
      abortSignal?.throwIfAborted();
      if (wasAdjusted(error)) {
        attempt -= 1;
        continue;
      }
      // Some servers answer 500 to files that the model does not take, which will not pass.
      const passes = isRetryable(error) && refusedKinds(error, kindsOfFiles(call.options.prompt)).length === 0;
      const waitMs = attempt > maxRetries || !passes ? undefined : retryDelayMs(error, { attempt });
      errors.push(error);
      if (waitMs === undefined) throw errors.length === 1 ? error : retryError(errors);
      await pause(waitMs, abortSignal);
    }
  }
};

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
async function opened(reply: CallReply, abortSignal: AbortSignal | undefined): Promise<CallReply> {
  if (reply.kind === 'generate') return reply;
  const opening: LanguageModelV4StreamPart[] = [];
  for (let isOpen = false; !isOpen;) {
    const parts = await reply.read();
    if (parts === undefined) break;
    for (const part of parts) {
      if (part.type === 'error' && !isOpen) {
        reply.cancel(part.error).catch(() => {});
        throw part.error;
      }
      isOpen ||= !OPENING.has(part.type);
    }
    opening.push(...parts);
  }
  const read = async () => (opening.length > 0 ? opening.splice(0) : reply.read());
  return new StreamReply({ read, cancel: (reason) => reply.cancel(reason) }, { info: reply.info, abortSignal });
}
