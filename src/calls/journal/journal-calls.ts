import { replyOf, whenWhole } from '../cache/cache-calls.ts';
import { tapReply } from '../call-reply.ts';
import type { CallPolicy } from '../call.ts';
import { callKey } from '../share/call-key.ts';
import { currentCallJournal } from './call-journal.ts';

/**
 * Keeps every attempt in the journal of the work that it is made for, and answers it from there where an earlier run of
 * that work got the answer. Further out it counts as an attempt like any other: it was paid.
 */
export const journalCalls: CallPolicy = async (call, next) => {
  const journal = currentCallJournal();
  // A call without a key may be made twice to get two answers.
  if (journal === undefined || call.key === undefined) return next(call);
  const { kind, target, options, scope } = call;
  const { provider, modelId } = target.given;
  // Not the key of the call: policies on the way have changed what is asked.
  const key = callKey({ kind, provider, modelId, endpoint: undefined, sample: scope.sample ?? 1 }, options);
  const kept = journal.find(key);
  if (kept !== undefined) return replyOf(kept, call);
  await journal.begin(key);
  let answer: unknown;
  try {
    const reply = await next(call);
    const whole = whenWhole((value) => (answer = value));
    tapReply(reply, {
      ...whole,
      onEnd(how) {
        whole.onEnd(how);
        journal.end(key, answer);
      },
    });
    return reply;
  } catch (error) {
    journal.end(key, undefined);
    throw error;
  }
};
