import { z } from 'zod';
import { spent, type Tool, type ToolParts, toSpent } from '../tool.ts';
import { candidates, question, rankerName } from './fields.ts';

const output = z.object({
  best: z.int().describe('Number of the best candidate in the list, from 1.'),
  ranking: z.array(
    z.object({
      candidate: z.int().describe('Its number in the list, from 1.'),
      rank: z.int().describe('1 = best; ties share the smallest.'),
      score: z.number(),
    }),
  ),
  warning: z.string().optional(),
  spent,
});

/** `rank`: answers in the order of how good they are. */
export function rankTool({ blender, choices }: Pick<ToolParts, 'blender' | 'choices'>) {
  const input = z.object({ ...question, candidates, ranker: rankerName(choices) });
  return {
    name: 'rank',
    title: 'Rank answers',
    description: 'Puts answers to one question in order, best first, by comparing them in pairs.',
    input,
    output,
    run: async ({ ranker, ...asked }, { abortSignal, tell }) => {
      tell(`Ranking ${asked.candidates.length} answers`);
      const { order, ranks, scores, warning, usage } = await blender.rank({
        ...asked,
        ranker: choices.toRanker(ranker, 'ranker'),
        abortSignal,
        onComparison: (_, { done, total }) => tell(`${done} of ${total} pairs are compared`),
      });
      const ranking = order.map((index) => ({
        candidate: index + 1,
        rank: ranks[index] ?? 1,
        score: scores[index] ?? 0,
      }));
      return {
        text: ranking.map(({ candidate, rank }) => `${rank}. candidate ${candidate}`).join('\n'),
        data: {
          best: (order[0] ?? 0) + 1,
          ranking,
          ...(warning === undefined ? {} : { warning }),
          spent: toSpent(usage),
        },
      };
    },
  } satisfies Tool<typeof input, typeof output>;
}
