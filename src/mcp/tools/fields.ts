import { z } from 'zod';
import type { BlendChoices } from '../../server/blends/blend-choices.ts';
import { oneOf } from '../tool.ts';

/** The question that answers are to. */
export const question = {
  prompt: z.string().min(1).describe('The question that they answer.'),
  system: z.string().optional().describe('What the models were told before it.'),
};

export const candidates = z.array(z.string()).min(1).max(100).describe('The answers.');

/** The names of rankers that clients may give. */
export function rankerName(choices: BlendChoices) {
  return oneOf(['default', ...choices.rankers.keys()])
    .optional()
    .describe('Who compares them. Default: default.');
}
