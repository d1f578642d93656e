import { wrapLanguageModel } from 'ai';
import { type InProcessModel, isInProcessModel } from '../spec/in-process-model.ts';
import { type ModelObject, modelName } from '../spec/model-choice.ts';
import { observeCalls } from './observe-calls.ts';
import { observeScoring } from './observe-scoring.ts';
import type { TraceObserver } from './trace-record.ts';

/** Where calls are reported, and what of them. */
export interface ObserveModelOptions {
  /** Called with each call when it is over. */
  readonly onTrace?: TraceObserver | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

/** The same model, with a span and a record for each of its calls. Models in this process keep their other methods. */
export function observeModel(
  model: ModelObject,
  { onTrace, recordContent }: ObserveModelOptions,
  name: string = modelName(model),
): ModelObject {
  const isInProcess = isInProcessModel(model);
  const wrapped = wrapLanguageModel({
    model,
    middleware: observeCalls({ name, isInProcess, onCall: onTrace, recordContent }),
  });
  if (!isInProcess) return wrapped;
  const observed: InProcessModel = {
    ...wrapped,
    contextTokens: model.contextTokens,
    maxParallelCalls: model.maxParallelCalls,
    countTokens: (text) => model.countTokens(text),
    scoreContinuations: observeScoring(model, { name, onTrace }),
  };
  return observed;
}
