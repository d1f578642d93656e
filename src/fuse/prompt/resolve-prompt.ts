import { InvalidArgumentError } from '../../error/index.ts';
import { aboutEach, checkChoice } from '../../util/choices.ts';
import type { FusionPromptFunction } from '../fusion-material.ts';
import { defaultPrompt } from './default-prompt.ts';
import { notebookPrompt } from './notebook-prompt.ts';
import { paperPrompt } from './paper-prompt.ts';

const TABLE = {
  default: { about: 'that of this package', write: defaultPrompt },
  paper: { about: "the layout of the paper's GenFuser", write: paperPrompt },
  notebook: { about: 'that of the Gemma and Gemini notebook', write: notebookPrompt },
} as const satisfies Record<string, { about: string; write: FusionPromptFunction }>;

/** Name of a fusion prompt. */
export type FusionPromptName = keyof typeof TABLE;

/** The fusion prompts that have a name. */
export const FUSION_PROMPTS = aboutEach(TABLE);

/** The prompt behind a name, or a function that is checked to write a text. @throws InvalidArgumentError */
export function resolvePrompt(prompt: FusionPromptName | FusionPromptFunction = 'default'): FusionPromptFunction {
  if (typeof prompt === 'function') return checked(prompt);
  checkChoice('fusionPrompt', prompt, { choices: FUSION_PROMPTS, orFunction: true });
  return TABLE[prompt].write;
}

function checked(prompt: FusionPromptFunction): FusionPromptFunction {
  return (material) => {
    const value: unknown = prompt(material);
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw new InvalidArgumentError({ parameter: 'fusionPrompt', value, message: 'the function must return a text.' });
  };
}
