import { unknownPriceError } from '../calls/index.ts';
import type { Resources } from '../registry/index.ts';
import { isModelEntry, type ModelChoice, modelName, type ModelReference } from '../spec/model-choice.ts';
import type { BlendOptions } from './blend-options.ts';

/**
 * Makes sure, before anything is spent, that the price of every model of a blend is known: no limit on cost could be
 * kept otherwise. A model that cannot be loaded is left to the phase that needs it.
 *
 * @throws InvalidArgumentError naming the model.
 */
export async function requirePrices(
  {
    models,
    fuser,
    fusion,
    ranker,
    checkRanker,
    maxCost = Infinity,
  }: BlendOptions & { readonly models: readonly ModelChoice[] },
  { resources, abortSignal }: { resources: Resources; abortSignal: AbortSignal | undefined },
): Promise<void> {
  const judges = [ranker, checkRanker].flatMap((choice) => resources.judgeOf(choice)?.model ?? []);
  const writer =
    fusion === false || fuser === undefined || (typeof fuser === 'object' && 'doFuse' in fuser) ? [] : [fuser];
  const references: readonly ModelReference[] = [
    ...[...models, ...writer].map((choice) => (isModelEntry(choice) ? choice.model : choice)),
    ...judges,
  ];
  const known = await Promise.all(references.map((reference) => hasPrice(reference, { resources, abortSignal })));
  const unknown = references[known.indexOf(false)];
  if (unknown !== undefined) throw unknownPriceError(modelName(unknown), maxCost);
}

async function hasPrice(
  reference: ModelReference,
  { resources, abortSignal }: { resources: Resources; abortSignal: AbortSignal | undefined },
): Promise<boolean> {
  try {
    return await resources.hasPrice(reference, { abortSignal });
  } catch {
    abortSignal?.throwIfAborted();
    return true;
  }
}
