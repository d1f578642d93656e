import { InvalidArgumentError } from '../../error/index.ts';
import type { FusionPromptFunction } from '../fusion-material.ts';
import { defaultPrompt } from './default-prompt.ts';
import { notebookPrompt } from './notebook-prompt.ts';
import { paperPrompt } from './paper-prompt.ts';

const PROMPTS = {
  default: defaultPrompt,
  paper: paperPrompt,
  notebook: notebookPrompt,
} as const satisfies Record<string, FusionPromptFunction>;

/** The fusion prompts that have a name. */
export type FusionPromptName = keyof typeof PROMPTS;

/** The prompt behind a name, or a function that is checked to write a text. @throws InvalidArgumentError */
export function resolvePrompt(prompt: FusionPromptName | FusionPromptFunction = 'default'): FusionPromptFunction {
  if (typeof prompt === 'function') return checked(prompt);
  if (typeof prompt === 'string' && Object.hasOwn(PROMPTS, prompt)) return PROMPTS[prompt];
  throw new InvalidArgumentError({
    parameter: 'fusionPrompt',
    value: prompt,
    message: `expected one of: ${Object.keys(PROMPTS).join(', ')}, or a function.`,
  });
}

function checked(prompt: FusionPromptFunction): FusionPromptFunction {
  return (material) => {
    const value: unknown = prompt(material);
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw new InvalidArgumentError({ parameter: 'fusionPrompt', value, message: 'the function must return a text.' });
  };
}
