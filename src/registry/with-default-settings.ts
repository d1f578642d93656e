import { defaultSettingsMiddleware, wrapLanguageModel } from 'ai';
import { isInProcessModel } from '../spec/in-process-model.ts';
import { type GenerationSettings, type ModelObject, pickSettings } from '../spec/model-choice.ts';

/** A model whose calls use these settings where they have none of their own. */
export function withDefaultSettings(model: ModelObject, settings: GenerationSettings): ModelObject {
  const { stopSequences, ...given } = pickSettings(settings);
  if (stopSequences === undefined && Object.keys(given).length === 0) return model;
  const defaults = { ...given, ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }) };
  const wrapped = wrapLanguageModel({ model, middleware: defaultSettingsMiddleware({ settings: defaults }) });
  if (!isInProcessModel(model)) return wrapped;
  // What an in-process model can do besides is about the model alone, whatever the settings.
  return Object.assign(wrapped, {
    contextTokens: model.contextTokens,
    maxParallelCalls: model.maxParallelCalls,
    countTokens: model.countTokens.bind(model),
    scoreContinuations: model.scoreContinuations.bind(model),
  });
}
