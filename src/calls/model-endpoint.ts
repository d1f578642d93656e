import type { ModelObject } from '../spec/model-choice.ts';

/**
 * Where a model of the AI SDK's packages is served, read from their settings; undefined where they do not say. Two
 * servers may call different models by the same name.
 */
export function modelEndpoint(model: ModelObject): string | undefined {
  const config: unknown = 'config' in model ? model.config : undefined;
  if (typeof config !== 'object' || config === null) return undefined;
  if ('baseURL' in config && typeof config.baseURL === 'string') return config.baseURL;
  if (!('url' in config) || typeof config.url !== 'function') return undefined;
  try {
    const url: unknown = config.url({ path: '', modelId: model.modelId });
    return typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}
