import { z } from 'zod';
import { FUSION_PROMPTS } from '../../index.ts';
import { oneOf, spent, type Tool, type ToolParts, toSpent } from '../tool.ts';
import { candidates, question } from './fields.ts';

const output = z.object({
  answer: z.string(),
  fuser: z.string().describe('The model that wrote it.'),
  truncated: z.boolean().describe('Whether a text was shortened to fit the fuser.'),
  spent,
});

/** `fuse`: one answer of several. */
export function fuseTool({ blender, choices }: Pick<ToolParts, 'blender' | 'choices'>) {
  const fusers = [...choices.models.values()].filter(({ roles }) => roles.has('fuser')).map(({ id }) => id);
  const { fuser: usual, models } = choices.findBlend().settings;
  const input = z.object({
    ...question,
    candidates: candidates.describe('The answers, the best one first.'),
    fuser: oneOf(fusers).optional().describe('The model that writes. Default: that of the blend.'),
    topK: z.int().min(1).optional().describe('How many of them to fuse, from the first. Default: 3.'),
    fusionPrompt: oneOf(Object.keys(FUSION_PROMPTS)).optional().describe('How the model is asked. Default: default.'),
    maxOutputTokens: z.int().min(1).max(32_768).optional().describe('The longest answer, in tokens.'),
  });
  return {
    name: 'fuse',
    title: 'Fuse answers',
    description: 'Writes one answer that takes the best of several answers to the same question.',
    input,
    output,
    run: async ({ fuser, fusionPrompt, ...asked }, { abortSignal, tell }) => {
      tell('Writing');
      const result = await blender.fuse({
        ...asked,
        fusionPrompt: fusionPrompt as keyof typeof FUSION_PROMPTS | undefined,
        // Without a fuser, a blend fuses with one of its models.
        fuser: choices.toFuser(fuser, 'fuser') ?? usual ?? models[0],
        abortSignal,
      });
      return {
        text: result.text,
        data: {
          answer: result.text,
          fuser: result.fuser,
          truncated: result.truncated,
          spent: toSpent(result.usage),
        },
      };
    },
  } satisfies Tool<typeof input, typeof output>;
}
