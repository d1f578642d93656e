import type { LanguageModelV4FinishReason, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { isInProcessModel } from '../../spec/in-process-model.ts';
import type { Call, CallPolicy } from '../call.ts';
import { isAnsweredByBatch } from '../batch/batch-calls.ts';
import { currentCallAccount } from '../meter/call-account.ts';
import type { CallCache } from './call-cache.ts';
import { currentCallJournal } from '../journal/call-journal.ts';
import { type CallReply, type ReplyTap, StreamReply, tapReply } from '../call-reply.ts';
import { type PackedParts, PartPacker, unpackParts } from './packed-parts.ts';

/**
 * Answers calls from the cache, and keeps what providers answer. Only whole answers are kept: none that failed, was
 * aborted, broke off, was filtered or shortened. What was sent, and the provider's headers, are not kept.
 */
export function cacheCalls(cache: CallCache): CallPolicy {
  return async (call, next) => {
    const { key } = call;
    if (key === undefined || isInProcessModel(call.target.given)) return next(call);
    const isAnswered = isAnsweredByBatch(call.target, key, currentCallJournal()?.batch);
    const kept = isAnswered ? undefined : await cache.get(key);
    if (kept !== undefined) {
      call.scope.ledger?.save();
      currentCallAccount()?.onSavedCall?.(call.target.name);
      return replyOf(kept, call);
    }
    const reply = await next(call);
    if (!call.progress.isShortened)
      tapReply(
        reply,
        whenWhole((value) => cache.set(key, value)),
      );
    return reply;
  };
}

/** A kept answer as a reply. */
export function replyOf(kept: unknown, { kind, options }: Pick<Call, 'kind' | 'options'>): CallReply {
  if (kind === 'generate') return { kind, result: kept as LanguageModelV4GenerateResult };
  const batches = [unpackParts(kept as PackedParts)].values();
  return new StreamReply(
    { read: async () => batches.next().value, cancel: async () => {} },
    { abortSignal: options.abortSignal },
  );
}

/** Gives an answer in the form in which it is kept, if it is whole: not failed, left, broken off or filtered. */
export function whenWhole(set: (value: unknown) => void): ReplyTap {
  const packer = new PartPacker();
  let says = false;
  let hasFailed = false;
  return {
    onResult(result) {
      if (isWhole(result.finishReason) && result.content.length > 0) set(withoutWire(result));
    },
    onPart(part) {
      if (part.type === 'raw' || part.type === 'ping') return;
      says ||= part.type === 'text-delta' || part.type === 'tool-call';
      hasFailed ||= part.type === 'error';
      packer.add(part);
    },
    onEnd({ type }) {
      const finish = packer.packed.at(-1);
      if (type !== 'done' || finish?.type !== 'finish' || !isWhole(finish.finishReason)) return;
      if (says && !hasFailed) set(packer.packed);
    },
  };
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
