import { ModelCallError } from '../../error/index.ts';
import type { ModelObject } from '../../spec/model-choice.ts';
import { knownProvider } from '../../spec/providers.ts';

/** How a verdict is had from a model: with the probabilities of its tokens, held to the four choices, or in words. */
export type JudgeMode = 'tokens' | 'choice' | 'text';

/** What one model can do, as far as it has shown. The best mode comes first, and what is refused is not tried again. */
export class JudgeModes {
  #modes: readonly JudgeMode[];
  /** Some models, mostly those that reason, have no temperature to set. */
  takesTemperature = true;

  constructor(model: ModelObject) {
    this.#modes = tellsTokens(model) ? ['tokens', 'choice', 'text'] : ['choice', 'text'];
  }

  get current(): JudgeMode {
    return this.#modes[0] ?? 'text';
  }

  /** The mode below, if any. */
  below(mode: JudgeMode): JudgeMode | undefined {
    return this.#modes[this.#modes.indexOf(mode) + 1];
  }

  /** Never tries the mode again. Words are always possible. */
  drop(mode: JudgeMode): void {
    if (mode !== 'text') this.#modes = this.#modes.filter((other) => other !== mode);
  }
}

/** Whether the AI SDK hands on the probabilities of this provider's tokens. Its Gemini provider does not. */
function tellsTokens({ provider }: ModelObject): boolean {
  return knownProvider(provider).logProbabilityOptions !== undefined;
}

/** True where the provider cannot do what was asked as it was asked, and may well do it in another way. */
export function isRefusedForm(error: unknown): boolean {
  if (error instanceof ModelCallError) {
    return error.kind === 'invalid-request' || error.statusCode === 501;
  }
  return false;
}

/** True where it is the temperature that is refused. */
export function isRefusedTemperature(error: unknown): boolean {
  return isRefusedForm(error) && error instanceof Error && /temperature/i.test(error.message);
}
