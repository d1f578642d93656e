import { resolve } from 'node:path';
import type { NamedBlend } from '../blend/index.ts';
import { isJudgeEntry, type RankerChoice } from '../spec/ranker-choice.ts';
import { formatRankerName, parseRankerName, type RankerName } from '../spec/ranker-name.ts';
import { mapValues } from '../util/map-values.ts';
import type { BlenderConfig } from './blender-config.ts';

/** The configuration with its relative paths made absolute: they are relative to the folder of the file. */
export function resolvePaths(config: BlenderConfig, folder: string): BlenderConfig {
  const placePath = (path: string) => (/^\.\.?[\\/]/.test(path) ? resolve(folder, path) : path);
  const placeName = (model: string) =>
    model.startsWith('local/') ? `local/${placePath(model.slice('local/'.length))}` : placePath(model);
  const placeModel = <CHOICE>(choice: CHOICE): CHOICE => {
    if (typeof choice === 'string') return placeName(choice) as CHOICE;
    return isNamedEntry(choice) ? { ...choice, model: placeName(choice.model) } : choice;
  };
  const placeRankerName = (ranker: RankerName): RankerName => {
    switch (ranker.kind) {
      case 'judge':
      case 'list-judge':
        return { ...ranker, model: placeName(ranker.model) };
      case 'cascade':
      case 'int8':
        return { ...ranker, ranker: placeRankerName(ranker.ranker) };
      case 'folder':
        return { ...ranker, path: placePath(ranker.path) };
      default:
        return ranker;
    }
  };
  const placeRanker = (choice: RankerChoice): RankerChoice => {
    if (typeof choice === 'string') return formatRankerName(placeRankerName(parseRankerName(choice)));
    return isJudgeEntry(choice) ? { ...choice, judge: placeModel(choice.judge) } : choice;
  };
  const placeSettings = <SETTINGS extends Partial<NamedBlend>>(settings: SETTINGS): SETTINGS => ({
    ...settings,
    ...(settings.models === undefined ? {} : { models: settings.models.map(placeModel) }),
    ...(settings.ranker === undefined ? {} : { ranker: placeRanker(settings.ranker) }),
    ...(settings.checkRanker === undefined ? {} : { checkRanker: placeRanker(settings.checkRanker) }),
    ...(settings.fuser === undefined ? {} : { fuser: placeModel(settings.fuser) }),
  });
  const { models, rankers, blends, defaults, cache } = config;
  return {
    ...config,
    ...(models === undefined ? {} : { models: mapValues(models, placeModel) }),
    ...(rankers === undefined ? {} : { rankers: mapValues(rankers, placeRanker) }),
    ...(blends === undefined ? {} : { blends: mapValues(blends, placeSettings) }),
    ...(typeof cache === 'object' && cache.path !== undefined
      ? { cache: { ...cache, path: resolve(folder, cache.path) } }
      : {}),
    ...(defaults === undefined ? {} : { defaults: placeSettings(defaults) }),
  };
}

/** A model by name with settings, as opposed to an object of the AI SDK or a fuser. */
function isNamedEntry(choice: unknown): choice is { readonly model: string } {
  return typeof choice === 'object' && choice !== null && 'model' in choice && typeof choice.model === 'string';
}
