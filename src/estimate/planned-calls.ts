import { type CallPricing, estimateCost } from '../calls/index.ts';
import type { Resources } from '../registry/index.ts';
import { modelName, type ModelReference } from '../spec/model-choice.ts';
import { type EstimatedCalls, type EstimatedPhase, type EstimateRange, times } from './work-estimate.ts';

/** Calls that will be made, with the tokens of each. */
export interface PlannedCalls {
  readonly phase: EstimatedPhase;
  /** The models of which one is called. */
  readonly models: readonly ModelReference[];
  readonly calls: EstimateRange;
  /** Tokens of one prompt. */
  readonly inputTokens: EstimateRange;
  /** Tokens of one reply. */
  readonly outputTokens: EstimateRange;
}

/** Adds the prices. */
export function priceCalls(planned: readonly PlannedCalls[], resources: Resources): Promise<readonly EstimatedCalls[]> {
  return Promise.all(planned.map((calls) => priceOne(calls, resources)));
}

async function priceOne(
  { phase, models, calls, inputTokens, outputTokens }: PlannedCalls,
  resources: Resources,
): Promise<EstimatedCalls> {
  const costs = await Promise.all(
    models.map(async (model) => {
      const pricing = await resources.findPricing(model);
      return { name: modelName(model), cost: pricing && costOf(pricing, { inputTokens, outputTokens }) };
    }),
  );
  const known = costs.flatMap(({ cost }) => cost ?? []);
  const range = {
    atLeast: Math.min(...known.map(({ atLeast }) => atLeast)),
    atMost: Math.max(...known.map(({ atMost }) => atMost)),
  };
  return {
    phase,
    models: [...new Set(costs.map(({ name }) => name))],
    calls,
    inputTokens: times(calls, inputTokens),
    outputTokens: times(calls, outputTokens),
    cost: known.length < costs.length ? undefined : times(calls, range),
    unknownPrices: [...new Set(costs.filter(({ cost }) => cost === undefined).map(({ name }) => name))],
  };
}

function costOf(
  pricing: CallPricing,
  { inputTokens, outputTokens }: Pick<PlannedCalls, 'inputTokens' | 'outputTokens'>,
): EstimateRange | undefined {
  const [atLeast, atMost] = (['atLeast', 'atMost'] as const).map((limit) =>
    estimateCost(pricing, { inputTokens: inputTokens[limit], outputTokens: outputTokens[limit] }),
  );
  return atLeast === undefined || atMost === undefined ? undefined : { atLeast, atMost };
}
