import { batchAccessOf } from '../../spec/batch-access.ts';
import type { CallPolicy, CallTarget } from '../call.ts';
import { currentCallJournal, withCallJournal } from '../journal/call-journal.ts';
import { estimateCost } from '../meter/call-pricing.ts';
import { estimateCallTokens } from '../meter/estimate-call-tokens.ts';
import type { PriceBook } from '../meter/price-book.ts';
import type { BatchedCalls } from './batched-calls.ts';

/**
 * Sends calls in batches of their providers where the work asks for it. A call that no batch has answered waits until
 * the work is left. One that is answered goes on as if its reply had just come over the wire. The models of other
 * providers are called as usual.
 */
export function batchCalls(prices: PriceBook): CallPolicy {
  return async (call, next) => {
    const { target, key } = call;
    const journal = currentCallJournal();
    const batch = journal?.batch;
    const access = batchAccessOf(target.given);
    // A call without a key may be made twice to get two answers.
    if (journal === undefined || batch === undefined || access === undefined || key === undefined) return next(call);
    const { abortSignal: _signal, ...options } = call.options;
    const request = await access.capture(() => target.model.doGenerate(options));
    const found = batch.find({ key, model: target.name, request });
    if (found !== undefined) {
      const { reply, budget } = found;
      if ('error' in reply) throw reply.error;
      // Sent long ago: it is no call under way.
      const answered = { ...journal, budget, begin: async () => {} };
      return withCallJournal(answered, () =>
        access.answer(reply, () => next({ ...call, priceFactor: batch.priceFactor })),
      );
    }
    const pricing = await prices.find(target.given, target.name);
    const tokens = estimateCallTokens(call.options);
    const cost = pricing === undefined ? undefined : estimateCost(pricing, tokens);
    const { name: model } = target;
    batch.park({ key, model, modelId: target.model.modelId, access, request, tokens, cost });
    return new Promise<never>(() => {});
  };
}

/** Whether an answer from elsewhere would take the place of one that a batch has given, and that was paid. */
export function isAnsweredByBatch(target: CallTarget, key: string, batch: BatchedCalls | undefined): boolean {
  return batch !== undefined && batchAccessOf(target.given) !== undefined && batch.hasReply(key);
}
