import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { Usage } from '../spec/usage.ts';

/** What one call to a model spent. Tokens that the provider did not tell, and a price that is not known, stay undefined. */
export function callUsage(
  model: ModelObject,
  { inputTokens, outputTokens }: { inputTokens: number | undefined; outputTokens: number | undefined },
): Usage {
  return { calls: 1, inputTokens, outputTokens, cost: isInProcessModel(model) ? 0 : undefined };
}
