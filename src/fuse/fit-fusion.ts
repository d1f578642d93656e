import { ContextExceededError } from '../error/index.ts';
import { prepareBlockCut } from '../util/cut-blocks.ts';
import { fitText, fitTexts } from '../util/fit-texts.ts';
import type { FuserContext } from './fuser-context.ts';
import { type FusionParts, type FusionPromptFunction, type PromptFences, withFence } from './fusion-material.ts';

/** A prompt that fits. */
export interface FittedPrompt {
  readonly text: string;
  readonly fences: PromptFences;
  /** True where a text was shortened. */
  readonly truncated: boolean;
}

/** Tokens a chat template may add around the prompt. */
const TEMPLATE_TOKENS = 64;

/** The least that a text is shortened to: enough for a meaningful head and tail. */
const MIN_TOKENS = 32;

/** Tries at a prompt that takes more than its parts; each comes much closer. */
const MAX_TRIES = 8;

/**
 * Fits a prompt into the context of a model. The prompt's own text, the instruction and the analysis stay whole.
 * The material of the task gets at most half of what is left, and the candidates share the rest fairly; each keeps head
 * and tail.
 *
 * @param outputTokens room kept for the answer; never more than half of the context, or nothing could be read.
 * @throws ContextExceededError where not even the least of each text fits.
 */
export function fitFusion(
  prompt: FusionPromptFunction,
  parts: FusionParts,
  { context, outputTokens, model }: { context: FuserContext; outputTokens: number; model: string },
): FittedPrompt {
  const { measure } = context;
  const kept = TEMPLATE_TOKENS + Math.min(outputTokens, Math.floor(context.tokens / 2));
  const texts = parts.candidates.map(({ text }) => text);
  const write = (input: string, candidates: readonly string[]) => {
    const fences = { mark: '', labels: [] as string[] };
    const material = withFence(
      {
        ...parts,
        task: { ...parts.task, input },
        candidates: parts.candidates.map((candidate, index) => ({ ...candidate, text: candidates[index] ?? '' })),
      },
      (mark, label) => {
        fences.mark = mark;
        fences.labels.push(label);
      },
    );
    return { text: prompt(material), fences };
  };
  const whole = write(parts.task.input, texts);
  const frame = measure(
    write(
      '',
      texts.map(() => ''),
    ).text,
  );
  const room = context.guessed ? Math.max(context.tokens - kept, 2 * frame) : context.tokens - kept;
  if (measure(whole.text) <= room) return { ...whole, truncated: false };

  const least = [parts.task.input, ...texts].map((text) => Math.min(MIN_TOKENS, measure(text)));
  const minInput = least[0] ?? 0;
  const minCandidates = least.slice(1).reduce((sum, tokens) => sum + tokens, 0);
  let budget = room - frame;
  for (let tries = 0; tries < MAX_TRIES && budget >= minInput + minCandidates; tries++) {
    const input = fitText(
      parts.task.input,
      Math.min(Math.max(minInput, Math.floor(budget / 2)), budget - minCandidates),
      measure,
      prepareBlockCut,
    );
    const candidates = fitTexts(texts, budget - measure(input.text), measure, prepareBlockCut);
    const written = write(input.text, candidates.texts);
    const tokens = measure(written.text);
    if (tokens <= room) return { ...written, truncated: true };
    // The whole takes more than its parts, by a little where tokens join differently, by much where a prompt repeats.
    budget = Math.min(budget - 1, Math.floor((budget * (room - frame)) / (tokens - frame)));
  }
  throw new ContextExceededError({
    model,
    inputTokens: frame + minInput + minCandidates + TEMPLATE_TOKENS,
    contextTokens: context.tokens,
  });
}
