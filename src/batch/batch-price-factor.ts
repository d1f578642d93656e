import type { ProviderBatchOptions } from './provider-batch/provider-batch-options.ts';

/**
 * Part of the usual price that calls to a model cost in batches of its provider: a half, or 1 where it has none.
 *
 * @throws what the model cannot be loaded for.
 * @example
 * await using blender = createBlender();
 * const { cost } = await blender.estimateBlend({ prompt: 'Why is the sky blue?', models: ['openai/gpt-5-mini'] });
 * console.log(cost.atMost * (await batchPriceFactor('openai/gpt-5-mini', { providerBatch: blender })));
 */
export async function batchPriceFactor(
  model: string,
  { providerBatch }: { readonly providerBatch: Pick<ProviderBatchOptions, 'model'> },
): Promise<number> {
  // Loads the AI SDK.
  const { accessOfModel } = await import('../calls/index.ts');
  const { BATCH_PRICE_FACTOR } = await import('./provider-batch/batch-api.ts');
  return accessOfModel(await providerBatch.model(model)) === undefined ? 1 : BATCH_PRICE_FACTOR;
}
