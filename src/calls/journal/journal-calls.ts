import { replyOf, whenWhole } from '../cache/cache-calls.ts';
import { tapReply } from '../call-reply.ts';
import type { CallPolicy } from '../call.ts';
import { callKey } from '../share/call-key.ts';
import { type CallJournal, currentCallJournal } from './call-journal.ts';

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
  if (kept !== undefined) {
    call.progress.isKept = true;
    return replyOf(kept, call);
  }
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

/** The same for a call that is no answer in text, such as scoring. */
export async function keepCall<ANSWER>(
  journal: CallJournal | undefined,
  key: string,
  call: () => Promise<ANSWER>,
): Promise<ANSWER> {
  if (journal === undefined) return call();
  const kept = journal.find(key);
  if (kept !== undefined) return kept as ANSWER;
  await journal.begin(key);
  let answer: ANSWER | undefined;
  try {
    answer = await call();
    return answer;
  } finally {
    journal.end(key, answer);
  }
}
