import { z } from 'zod';
import { finite, spent, type Tool, type ToolParts, toSpent } from '../tool.ts';
import { question, rankerName } from './fields.ts';

const output = z.object({
  winner: z.enum(['a', 'b', 'tie']).nullable().describe('null where the ranker has no opinion.'),
  probability: z.number().nullable().describe('That a is better, between 0 and 1.'),
  consistent: z.boolean().optional().describe('Whether both orders of the two name the same winner.'),
  warning: z.string().optional(),
  spent,
});

/** `compare`: which of two answers is better. */
export function compareTool({ blender, choices }: Pick<ToolParts, 'blender' | 'choices'>) {
  const input = z.object({
    ...question,
    a: z.string().describe('One answer.'),
    b: z.string().describe('The other.'),
    ranker: rankerName(choices),
  });
  return {
    name: 'compare',
    title: 'Compare two answers',
    description: 'Says which of two answers to a question is better, and how likely that is.',
    input,
    output,
    run: async ({ ranker, ...asked }, { abortSignal, tell }) => {
      tell('Comparing');
      const { winner, probability, consistent, warning, usage } = await blender.compare({
        ...asked,
        ranker: choices.toRanker(ranker, 'ranker'),
        abortSignal,
      });
      return {
        text: sentenceOf(winner, probability),
        data: {
          winner: winner ?? null,
          probability: finite(probability),
          ...(consistent === undefined ? {} : { consistent }),
          ...(warning === undefined ? {} : { warning }),
          spent: toSpent(usage),
        },
      };
    },
  } satisfies Tool<typeof input, typeof output>;
}

function sentenceOf(winner: 'a' | 'b' | 'tie' | undefined, probability: number): string {
  if (winner === undefined) return 'The ranker has no opinion.';
  if (winner === 'tie') return 'Neither is better.';
  const likely = winner === 'a' ? probability : 1 - probability;
  return `${winner} is better, with probability ${likely.toFixed(2)}.`;
}
