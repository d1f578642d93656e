import { InvalidArgumentError } from '../../error/index.ts';
import type { BatchAccess } from '../../spec/batch-access.ts';

/** Finds how the provider of a model is reached. */
export function reachBy(
  load: (model: string) => Promise<object>,
  accessOf: (model: object) => BatchAccess | undefined,
): (model: string) => Promise<BatchAccess> {
  const known = new Map<string, BatchAccess>();
  return async (model) => {
    const found = known.get(model) ?? accessOf(await load(model));
    if (found === undefined) {
      throw new InvalidArgumentError({
        parameter: 'model',
        value: model,
        message: 'its provider has no batches any more, and the job has some there.',
      });
    }
    known.set(model, found);
    return found;
  };
}
