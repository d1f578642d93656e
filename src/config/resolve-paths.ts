import { resolve } from 'node:path';
import type { NamedBlend } from '../blend/index.ts';
import { mapValues } from '../util/map-values.ts';
import type { BlenderConfig } from './blender-config.ts';

/** A path that begins with a dot, in the name of a model or a ranker. */
const RELATIVE = /^((?:cascade:)?(?:judge(?:-list)?:)?(?:local\/)?)(\.\.?[\\/].*)$/s;

/** The configuration with its relative paths made absolute: they are meant from the folder of the file. */
export function resolvePaths(config: BlenderConfig, folder: string): BlenderConfig {
  const place = <REFERENCE>(reference: REFERENCE): REFERENCE => {
    if (typeof reference === 'string') {
      const [, prefix, path] = RELATIVE.exec(reference) ?? [];
      return path === undefined ? reference : (`${prefix}${resolve(folder, path)}` as REFERENCE);
    }
    if (typeof reference !== 'object' || reference === null) return reference;
    if ('model' in reference && typeof reference.model === 'string') {
      return { ...reference, model: place(reference.model) };
    }
    if ('judge' in reference && typeof reference.judge === 'string') {
      return { ...reference, judge: place(reference.judge) };
    }
    return reference;
  };
  const placeSettings = <SETTINGS extends Partial<NamedBlend>>(settings: SETTINGS): SETTINGS => ({
    ...settings,
    ...(settings.models === undefined ? {} : { models: settings.models.map(place) }),
    ...(settings.ranker === undefined ? {} : { ranker: place(settings.ranker) }),
    ...(settings.checkRanker === undefined ? {} : { checkRanker: place(settings.checkRanker) }),
    ...(settings.fuser === undefined ? {} : { fuser: place(settings.fuser) }),
  });
  const { models, rankers, blends, defaults, cache } = config;
  return {
    ...config,
    ...(models === undefined ? {} : { models: mapValues(models, place) }),
    ...(rankers === undefined ? {} : { rankers: mapValues(rankers, place) }),
    ...(blends === undefined ? {} : { blends: mapValues(blends, placeSettings) }),
    ...(typeof cache === 'object' && cache.path !== undefined
      ? { cache: { ...cache, path: resolve(folder, cache.path) } }
      : {}),
    ...(defaults === undefined ? {} : { defaults: placeSettings(defaults) }),
  };
}
