import { defaultSettingsMiddleware } from 'ai';
import { wrapModel } from '../spec/in-process-model.ts';
import { type GenerationSettings, type ModelObject, pickSettings } from '../spec/model-choice.ts';

/** A model whose calls take the settings where they give none themselves. */
export function withDefaultSettings(model: ModelObject, settings: GenerationSettings): ModelObject {
  const { stopSequences, ...given } = pickSettings(settings);
  if (stopSequences === undefined && Object.keys(given).length === 0) return model;
  const defaults = { ...given, ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }) };
  return wrapModel(model, defaultSettingsMiddleware({ settings: defaults }));
}
