import {
  analysisTokens,
  DEFAULT_FUSION_TOKENS,
  fusionContextTokens,
  fusionFrame,
  type FusionSettings,
} from '../fuse/index.ts';
import { modelName, type ModelReference } from '../spec/model-choice.ts';
import type { Task } from '../spec/task.ts';
import type { PlannedCalls } from './planned-calls.ts';
import { fileTokens, textTokens, tokensOfSome } from './text-tokens.ts';
import { add, capped, type EstimateRange, exactly } from './work-estimate.ts';

/** The calls of a fusion of the best `topK` of the texts. */
export function planFusing({
  models,
  task,
  form,
  texts,
  topK,
  settings,
  maxOutputTokens = DEFAULT_FUSION_TOKENS,
}: {
  /** The models of which one fuses. */
  models: readonly ModelReference[];
  task: Task;
  /** Tokens of what the fuser is told of the form of its answer. */
  form: EstimateRange;
  /** Tokens of each candidate. */
  texts: readonly EstimateRange[];
  topK: number;
  settings: FusionSettings;
  maxOutputTokens: number | undefined;
}): readonly PlannedCalls[] {
  const count = Math.min(topK, texts.length);
  const frame = add(textTokens(fusionFrame(settings, { task, count })), form);
  const context = Math.max(
    ...models.map((model) => fusionContextTokens(modelName(model), settings.contextTokens)),
    2 * frame.atMost,
  );
  const inputTokens = add(capped(add(frame, tokensOfSome(texts, count)), context), fileTokens(task.attachments));
  const common = { models, calls: exactly(1) };
  const fused = { ...common, phase: 'fuse' as const, outputTokens: { atLeast: 1, atMost: maxOutputTokens } };
  if (settings.analysis !== true || count < 2) return [{ ...fused, inputTokens }];
  const analysis = { atLeast: 1, atMost: analysisTokens(context) };
  return [
    { ...common, phase: 'analyse', inputTokens, outputTokens: analysis },
    { ...fused, inputTokens: capped(add(inputTokens, { ...analysis, atLeast: 0 }), context) },
  ];
}
