import { formatBytes, formatCount } from '../render/format.ts';
import type { ListedModel } from '../models/list-models.ts';
import type { CheckResult } from './check.ts';

/** Name of the model that runs where no other is named. */
const EMBEDDED = 'smollm2-135m-instruct';

/** What is cached, and whether the embedded model is there or can be fetched. */
export function checkWeights(models: readonly ListedModel[], { canFetch }: { canFetch: boolean }): CheckResult {
  const name = 'Weights';
  const present = models.filter(({ state }) => state === 'cached' || state === 'own file');
  const size = formatBytes(present.reduce((sum, { bytes }) => sum + bytes, 0));
  const there =
    present.length === 0
      ? 'none on this machine'
      : `${formatCount(present.length, 'model')}, ${size}: ${present.map((model) => model.name).join(', ')}`;
  if (present.some((model) => model.name === EMBEDDED)) return { name, status: 'ok', detail: there };
  const help = `The embedded model is missing. Fetch it with: llm-blender models fetch ${EMBEDDED}`;
  if (canFetch) return { name, status: 'warn', detail: there, help: `${help} (or leave that to the first question)` };
  return {
    name,
    status: 'fail',
    detail: there,
    help: `${help}, once a source can be reached; or put its file into a folder and name that by LLM_BLENDER_MODELS.`,
  };
}
