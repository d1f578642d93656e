import type { Task } from '../spec/task.ts';
import { withFence } from './fusion-material.ts';
import type { FusionSettings } from './fusion-settings.ts';
import { resolvePrompt } from './prompt/resolve-prompt.ts';

/** The prompt of a fusion with empty candidates. */
export function fusionFrame(
  { fusionPrompt, showRanks = true }: FusionSettings,
  { task, count }: { task: Task; count: number },
): string {
  const candidates = Array.from({ length: count }, (_, index) => ({
    text: '',
    rank: showRanks ? index + 1 : undefined,
    score: undefined,
  }));
  return resolvePrompt(fusionPrompt)(withFence({ task, candidates, bestFirst: showRanks, analysis: undefined }));
}
