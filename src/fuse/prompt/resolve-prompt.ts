import { InvalidArgumentError } from '../../error/index.ts';
import { checkChoice } from '../../util/choices.ts';
import type { FusionPromptFunction } from '../fusion-material.ts';
import { defaultPrompt } from './default-prompt.ts';
import { notebookPrompt } from './notebook-prompt.ts';
import { paperPrompt } from './paper-prompt.ts';

/** The fusion prompts that have a name. */
export const FUSION_PROMPTS = {
  default: 'that of this package',
  paper: "the layout of the paper's GenFuser",
  notebook: 'that of the Gemma and Gemini notebook',
} as const;

/** Name of a fusion prompt. */
export type FusionPromptName = keyof typeof FUSION_PROMPTS;

const FUNCTIONS: Readonly<Record<FusionPromptName, FusionPromptFunction>> = {
  default: defaultPrompt,
  paper: paperPrompt,
  notebook: notebookPrompt,
};

/** The prompt behind a name, or a function that is checked to write a text. @throws InvalidArgumentError */
export function resolvePrompt(prompt: FusionPromptName | FusionPromptFunction = 'default'): FusionPromptFunction {
  if (typeof prompt === 'function') return checked(prompt);
  checkChoice('fusionPrompt', prompt, { choices: FUSION_PROMPTS, orFunction: true });
  return FUNCTIONS[prompt];
}

function checked(prompt: FusionPromptFunction): FusionPromptFunction {
  return (material) => {
    const value: unknown = prompt(material);
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw new InvalidArgumentError({ parameter: 'fusionPrompt', value, message: 'the function must return a text.' });
  };
}
