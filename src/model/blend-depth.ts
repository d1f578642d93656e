import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidArgumentError } from '../error/index.ts';

/** How many blends the running code is in. */
const depth = new AsyncLocalStorage<number>();

/**
 * Runs a blend that is used as a model, inside of the blend that asks it, if there is one.
 *
 * @throws InvalidArgumentError where blends are nested deeper than `maxDepth`, as one that is a member of itself is.
 */
export function inBlend<RESULT>({ name, maxDepth }: { name: string; maxDepth: number }, action: () => RESULT): RESULT {
  const own = (depth.getStore() ?? 0) + 1;
  if (own > maxDepth) {
    throw new InvalidArgumentError({
      parameter: 'model',
      value: name,
      message: `blends are nested ${own} deep here, and ${maxDepth} is the most. Is it a member of itself? Else raise maxDepth of blenderModel; each level multiplies the calls.`,
    });
  }
  return depth.run(own, action);
}
