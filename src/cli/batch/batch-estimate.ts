import { batchPriceFactor } from '../../batch/index.ts';
import type { EstimatedCalls, EstimateRange, WorkEstimate } from '../../index.ts';

/**
 * What work costs whose calls go into batches of providers. Where several models share a part, the least is by the lowest
 * of their prices, the most by the highest.
 */
export async function batchEstimate(
  estimate: WorkEstimate,
  providerBatch: { readonly model: (reference: string) => Promise<object> },
): Promise<WorkEstimate> {
  const parts: EstimatedCalls[] = [];
  for (const part of estimate.parts) {
    const factors = await Promise.all(part.models.map((name) => batchPriceFactor(name, { providerBatch })));
    const { cost } = part;
    const scaled = cost && {
      atLeast: cost.atLeast * Math.min(1, ...factors),
      atMost: cost.atMost * Math.max(...factors),
    };
    parts.push({ ...part, cost: scaled });
  }
  // A limit of a blend makes the whole less than its parts.
  const share = (limit: keyof EstimateRange): number => {
    const sum = (of: WorkEstimate['parts']) => of.reduce((all, { cost }) => all + (cost?.[limit] ?? 0), 0);
    return sum(estimate.parts) === 0 ? 1 : sum(parts) / sum(estimate.parts);
  };
  const { atLeast, atMost } = estimate.cost;
  return { ...estimate, cost: { atLeast: atLeast * share('atLeast'), atMost: atMost * share('atMost') }, parts };
}
