import { accessOfModel } from '../../calls/index.ts';
import type { EstimateRange, WorkEstimate } from '../../estimate/index.ts';
import { BATCH_PRICE_FACTOR } from './batch-api.ts';

/**
 * What work costs whose calls go into batches: half for the models whose provider has them. Where several models share a
 * part, the least is as if all had batches, the most as if none.
 */
export async function batchEstimate(
  estimate: WorkEstimate,
  model: (reference: string) => Promise<object>,
): Promise<WorkEstimate> {
  const names = new Set(estimate.parts.flatMap(({ models }) => models));
  const batched = new Set<string>();
  for (const name of names) if (accessOfModel(await model(name)) !== undefined) batched.add(name);
  const parts = estimate.parts.map((part) => {
    const { cost, models } = part;
    if (cost === undefined || !models.some((name) => batched.has(name))) return part;
    const most = models.every((name) => batched.has(name)) ? BATCH_PRICE_FACTOR : 1;
    return { ...part, cost: { atLeast: cost.atLeast * BATCH_PRICE_FACTOR, atMost: cost.atMost * most } };
  });
  // A limit of a blend makes the whole less than its parts.
  const share = (limit: keyof EstimateRange) => {
    const [before, after] = [estimate.parts, parts].map((all) =>
      all.reduce((sum, { cost }) => sum + (cost?.[limit] ?? 0), 0),
    ) as [number, number];
    return before === 0 ? 1 : after / before;
  };
  const { atLeast, atMost } = estimate.cost;
  return { ...estimate, cost: { atLeast: atLeast * share('atLeast'), atMost: atMost * share('atMost') }, parts };
}
