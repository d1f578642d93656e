import { isBlendModel } from '../../spec/blend-provider.ts';
import type { CallPolicy } from '../call.ts';
import { tapReply } from '../call-reply.ts';
import { currentCallJournal } from '../journal/call-journal.ts';

/** Has the work know which of its calls are under way. What a blend calls counts, and not the call to the blend. */
export const trackCalls: CallPolicy = async (call, next) => {
  const batch = currentCallJournal()?.batch;
  if (batch === undefined || isBlendModel(call.target.given)) return next(call);
  const leave = batch.enter();
  try {
    const reply = await next(call);
    tapReply(reply, { onEnd: leave });
    return reply;
  } catch (error) {
    leave();
    throw error;
  }
};
