import {
  InvalidPromptError,
  LoadAPIKeyError,
  LoadSettingError,
  type LanguageModelV4Usage,
  NoSuchModelError,
  type SharedV4ProviderMetadata,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { TimeoutError } from '../../error/index.ts';
import { isBlendModel } from '../../spec/blend-provider.ts';
import type { CallBudget, CallReservation, PlannedCost } from '../../spec/call-budget.ts';
import { type CallUsage, UNKNOWN_USAGE } from '../../spec/usage.ts';
import { BYTES_PER_TOKEN } from '../../util/estimate-tokens.ts';
import { currentCallAccount, type EndedCall } from './call-account.ts';
import { type CallPricing, estimateCost } from './call-pricing.ts';
import { callErrorKind } from '../call-failures.ts';
import type { CallPolicy } from '../call.ts';
import { currentCallJournal } from '../journal/call-journal.ts';
import { type ReplyTap, tapReply } from '../call-reply.ts';
import { estimateCallTokens, type TokenEstimate } from './estimate-call-tokens.ts';
import type { PriceBook } from './price-book.ts';
import type { ProviderLimits } from './provider-limits.ts';
import { reportedCost } from './reported-cost.ts';
import { findApiCallError, providerPauseMs } from '../retry/retry-policy.ts';

/** Tokens counted for an answer of unknown length when it takes its place in the provider's minute. */
const UNKNOWN_OUTPUT_TOKENS = 1024;

/** How one attempt ended. */
interface Outcome {
  readonly usage?: LanguageModelV4Usage | undefined;
  readonly providerMetadata?: SharedV4ProviderMetadata | undefined;
  readonly error?: unknown;
  /** Bytes of its answer that have arrived, where it did not come to its end. */
  readonly arrivedBytes?: number | undefined;
}

/**
 * One attempt: money is set aside, a place at the provider taken, the clock runs, and what it took is counted, whether
 * it succeeds, fails or is left.
 */
export function meterCalls({ prices, limits }: { prices: PriceBook; limits: ProviderLimits }): CallPolicy {
  return async (call, next) => {
    const { target, options, progress, priceFactor } = call;
    const { ledger } = call.scope;
    const journal = isBlendModel(target.given) ? undefined : currentCallJournal();
    const { abortSignal, maxOutputTokens = UNKNOWN_OUTPUT_TOKENS } = options;
    const pricing = atFactor(await prices.find(target.given, target.name), priceFactor);
    const estimate = estimateCallTokens(options);
    const account = isBlendModel(target.given) ? undefined : currentCallAccount();
    const budgets = [call.scope.budget, journal?.budget, account?.budget].filter((budget) => budget !== undefined);
    const costs = pricing === undefined || budgets.length === 0 ? {} : costRange(pricing, estimate);
    const planned = { model: target.name, cost: undefined, ...costs };
    const reservations = await reserveAll(budgets, planned, abortSignal);
    const release = (error: unknown): never => {
      for (const reservation of reservations) reservation.release();
      throw error;
    };
    const allowed = allowedTokens(reservations, { options, estimate, costs });
    if (allowed !== undefined) progress.isShortened = true;
    const tokens = estimate.inputTokens + maxOutputTokens;
    const entering = priceFactor === undefined ? limits.enter(target, { tokens, abortSignal }) : undefined;
    const place = await entering?.catch(release);
    const entries = [ledger, journal?.ledger].flatMap((one) => one?.begin() ?? []);
    progress.started();
    const end = (outcome: Outcome) => {
      progress.stopped();
      const usage = usageOf(outcome, pricing);
      if (wasNeverSent(outcome.error)) {
        for (const entry of entries) entry.cancel();
        for (const reservation of reservations) reservation.release();
      } else {
        for (const entry of entries) entry.close(usage);
        const arrivedCost =
          usage.cost === undefined ? arrivedCostOf(outcome, { pricing, inputTokens: estimate.inputTokens }) : undefined;
        const paid = progress.isKept ? { ...usage, isKept: true } : usage;
        for (const reservation of reservations) reservation.settle(paid, arrivedCost);
        account?.onCall?.({ model: target.name, usage, outcome: endOf(outcome, abortSignal) });
      }
      if (place === undefined) return;
      const statusCode = findApiCallError(outcome.error)?.statusCode;
      const pauseMs = providerPauseMs(outcome.error);
      if (pauseMs !== undefined) limits.pause(target, pauseMs);
      place.leave({ tokens: totalTokens(usage), isRateLimited: statusCode === 429 });
    };
    try {
      const reply = await next(
        allowed === undefined ? call : { ...call, options: { ...options, maxOutputTokens: allowed } },
      );
      tapReply(reply, countReply(end));
      return reply;
    } catch (error) {
      end({ error });
      throw error;
    }
  };
}

/** A part of the price. */
function atFactor(pricing: CallPricing | undefined, factor = 1): CallPricing | undefined {
  if (pricing === undefined || factor === 1) return pricing;
  const scaled = (cost: number | undefined) => (cost === undefined ? undefined : cost * factor);
  return { cost: (usage) => scaled(pricing.cost(usage)) };
}

/** Finds out from an answer how the attempt ended. */
function countReply(end: (outcome: Outcome) => void): ReplyTap {
  let outcome: Outcome = {};
  let arrivedBytes = 0;
  return {
    onResult: (result) => (outcome = result),
    onPart(part) {
      if (part.type === 'error') outcome = { error: part.error };
      if ('delta' in part) arrivedBytes += Buffer.byteLength(part.delta);
      // Packages finish a broken stream as well, then without figures.
      if (part.type !== 'finish' || (outcome.error !== undefined && part.usage.inputTokens.total === undefined)) return;
      outcome = { usage: part.usage, providerMetadata: part.providerMetadata };
    },
    onEnd: (how) => end({ ...(how.type === 'failed' ? { error: how.error } : outcome), arrivedBytes }),
  };
}

/** A reservation with each of the budgets, or with none. */
async function reserveAll(
  budgets: readonly CallBudget[],
  planned: PlannedCost,
  abortSignal: AbortSignal | undefined,
): Promise<readonly CallReservation[]> {
  const reservations: CallReservation[] = [];
  try {
    for (const budget of budgets) reservations.push(await budget.reserve(planned, { abortSignal }));
  } catch (error) {
    for (const reservation of reservations) reservation.release();
    throw error;
  }
  return reservations;
}

/** How long the answer may be by all reservations; undefined where they do not limit it. */
function allowedTokens(
  reservations: readonly CallReservation[],
  { options, estimate, costs }: { options: { maxOutputTokens?: number }; estimate: TokenEstimate; costs: CostRange },
): number | undefined {
  if (reservations.length === 0) return undefined;
  const least = Math.min(...reservations.map(({ cost }) => cost));
  const affordable = affordableTokens(least, estimate, costs);
  const hasCeiling = costs.cost !== costs.minCost && reservations.some(({ isCeiling }) => isCeiling === true);
  return affordable ?? (hasCeiling && options.maxOutputTokens === undefined ? estimate.outputTokens : undefined);
}

/** What a call has cost by what arrived of its answer; undefined where nothing did, or its price is not known. */
function arrivedCostOf(
  { arrivedBytes = 0 }: Outcome,
  { pricing, inputTokens }: { pricing: CallPricing | undefined; inputTokens: number },
): number | undefined {
  if (arrivedBytes === 0 || pricing === undefined) return undefined;
  return estimateCost(pricing, { inputTokens, outputTokens: Math.ceil(arrivedBytes / BYTES_PER_TOKEN) });
}

function endOf({ error, usage }: Outcome, abortSignal: AbortSignal | undefined): EndedCall['outcome'] {
  if (abortSignal?.aborted === true) return abortSignal.reason instanceof TimeoutError ? 'timeout' : 'left';
  if (error !== undefined) return callErrorKind(error);
  return usage === undefined ? 'left' : 'done';
}

/** Tokens below which an answer is not worth its call. */
const MIN_OUTPUT_TOKENS = 16;

interface CostRange {
  readonly cost?: number | undefined;
  /** With the shortest answer. */
  readonly minCost?: number | undefined;
}

function costRange(pricing: CallPricing, { inputTokens, outputTokens }: TokenEstimate): CostRange {
  const least = Math.min(MIN_OUTPUT_TOKENS, outputTokens);
  return {
    cost: estimateCost(pricing, { inputTokens, outputTokens }),
    minCost: estimateCost(pricing, { inputTokens, outputTokens: least }),
  };
}

/** How long the answer may be for what was set aside; undefined where that pays for all of it. */
function affordableTokens(
  granted: number,
  { outputTokens }: TokenEstimate,
  { cost, minCost }: CostRange,
): number | undefined {
  if (cost === undefined || minCost === undefined || granted >= cost || cost === minCost) return undefined;
  const least = Math.min(MIN_OUTPUT_TOKENS, outputTokens);
  // Prices grow evenly with the tokens.
  return Math.max(1, Math.floor(least + ((granted - minCost) / (cost - minCost)) * (outputTokens - least)));
}

function usageOf({ usage, providerMetadata, error }: Outcome, pricing: CallPricing | undefined): CallUsage {
  if (usage !== undefined) {
    return {
      inputTokens: usage.inputTokens.total,
      outputTokens: usage.outputTokens.total,
      cost: reportedCost(providerMetadata) ?? pricing?.cost(usage),
    };
  }
  return wasRefused(error) ? { inputTokens: 0, outputTokens: 0, cost: 0 } : freeOr(pricing);
}

/** A call that was left or broke off: what it took is unknown, but a free model stays free. */
function freeOr(pricing: CallPricing | undefined): CallUsage {
  const million = { total: 1e6, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
  const isFree =
    pricing?.cost({ inputTokens: million, outputTokens: { total: 1e6, text: 1e6, reasoning: undefined } }) === 0;
  return isFree ? { ...UNKNOWN_USAGE, cost: 0 } : UNKNOWN_USAGE;
}

/** An HTTP error instead of an answer: nothing was generated, and no provider charges for that. */
function wasRefused(error: unknown): boolean {
  return (findApiCallError(error)?.statusCode ?? 0) >= 400;
}

/** Errors by which a provider's package refuses a call before it sends anything. */
function wasNeverSent(error: unknown): boolean {
  return [InvalidPromptError, LoadAPIKeyError, LoadSettingError, NoSuchModelError, UnsupportedFunctionalityError].some(
    (kind) => kind.isInstance(error),
  );
}

function totalTokens({ inputTokens, outputTokens }: CallUsage): number | undefined {
  return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
}
