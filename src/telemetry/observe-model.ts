import type { LanguageModelV4 } from '@ai-sdk/provider';
import { isInProcessModel, wrapModel } from '../spec/in-process-model.ts';
import { type ModelObject, modelName } from '../spec/model-choice.ts';
import { observeCalls } from './observe-calls.ts';
import { observeScoring } from './observe-scoring.ts';
import type { TraceObserver } from './trace-record.ts';

/** What is told of calls, and to whom. */
export interface ObserveModelOptions {
  /** Told of each call when it is over. */
  readonly onTrace?: TraceObserver | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

/** The same model, with a span and a record for each of its calls. Models in this process keep their further methods. */
export function observeModel(
  model: ModelObject,
  { onTrace, recordContent }: ObserveModelOptions,
  name: string = modelName(model),
): LanguageModelV4 {
  const isInProcess = isInProcessModel(model);
  return wrapModel(model, observeCalls({ name, isInProcess, onCall: onTrace, recordContent }), (inProcess) =>
    observeScoring(inProcess, { name, onTrace }),
  );
}
