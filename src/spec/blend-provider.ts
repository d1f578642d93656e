import type { ModelObject } from './model-choice.ts';

/** Provider of the models that are blends or rankers. */
export const BLEND_PROVIDER = 'llm-blender';

/**
 * True for a model that is a blend. Its calls are those of its members: they are limited, shared, cached and counted
 * there, and waiting here for a place that its own members need would never end.
 */
export function isBlendModel({ provider }: Pick<ModelObject, 'provider'>): boolean {
  return provider === BLEND_PROVIDER;
}
