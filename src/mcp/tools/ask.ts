import { z } from 'zod';
import type { BlendPart } from '../../index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { finite, oneOf, spent, type Tool, type ToolParts, toSpent } from '../tool.ts';

const output = z.object({
  answer: z.string(),
  decision: z.enum(['fused', 'best-candidate']),
  decisionReason: z.string(),
  candidates: z.array(
    z.object({
      id: z.string(),
      model: z.string(),
      rank: z.int().nullable().describe('1 = best; null where they are not ranked.'),
      score: z.number().nullable(),
      text: z.string().optional(),
    }),
  ),
  failures: z.array(z.object({ model: z.string(), phase: z.string(), message: z.string() })),
  spent,
});

/** `ask`: a question to a whole blend. */
export function askTool({ blender, choices }: Pick<ToolParts, 'blender' | 'choices'>) {
  const members = [...choices.models.values()].filter(({ roles }) => roles.has('member')).map(({ id }) => id);
  const input = z.object({
    prompt: z.string().min(1).describe('The question.'),
    system: z.string().optional().describe('What the models are told before it.'),
    blend: oneOf(choices.blends.keys()).optional().describe(`Who is asked. Default: ${choices.usual}.`),
    models: z
      .array(oneOf(members))
      .min(1)
      .max(8)
      .optional()
      .describe('Models to ask in the place of those of the blend.'),
    samples: z.int().min(1).max(8).optional().describe('How often each of them is asked.'),
    maxOutputTokens: z.int().min(1).max(32_768).optional().describe('The longest answer, in tokens.'),
    fusion: z.boolean().optional().describe('false: the best answer as it is, without fusing.'),
    showCandidates: z.boolean().optional().describe('true: the texts of all answers as well.'),
  });
  return {
    name: 'ask',
    title: 'Ask several models',
    description:
      'Asks several language models the same question, ranks their answers by comparing them in pairs, fuses the best, and gives the better one of the fused answer and the best answer. Slower and more expensive than one model, for questions where the answer matters.',
    input,
    output,
    run: async ({ blend, models, showCandidates = false, ...asked }, { abortSignal, tell }) => {
      const named = models?.map((model) => choices.toMember(model, 'models'));
      const stream = blender.streamBlend({
        ...definedOnly(asked),
        prompt: asked.prompt,
        blend: choices.findBlend(blend).name,
        ...(named === undefined ? {} : { models: named }),
        abortSignal,
      });
      const say = progressOf();
      for await (const part of stream) {
        const message = say(part);
        if (message !== undefined) tell(message);
      }
      const { text, decision, decisionReason, candidates, failures, usage } = await stream.result;
      return {
        text,
        data: {
          answer: text,
          decision,
          decisionReason,
          candidates: candidates.map((candidate) => ({
            id: candidate.id,
            model: candidate.model,
            rank: candidate.rank ?? null,
            score: finite(candidate.score),
            ...(showCandidates ? { text: candidate.text } : {}),
          })),
          failures: failures.map(({ model, phase, message }) => ({ model, phase, message })),
          spent: toSpent(usage),
        },
      };
    },
  } satisfies Tool<typeof input, typeof output>;
}

/** Makes what says in words how far a blend is; undefined for parts that say nothing new. */
function progressOf(): (part: BlendPart) => string | undefined {
  let [planned, ended] = [0, 0];
  return (part) => {
    switch (part.type) {
      case 'blend-start':
        planned = part.calls.length;
        return `Asking ${[...new Set(part.calls.map(({ model }) => model))].join(', ')}`;
      case 'candidate-end':
      case 'candidate-error':
        ended += 1;
        return `${ended} of ${planned} answers are there`;
      case 'rank-start':
        return `Ranking ${part.candidates.length} answers`;
      case 'comparison-end':
        return part.comparison.phase === 'rank'
          ? `${part.progress.done} of ${part.progress.total} pairs are compared`
          : undefined;
      case 'fusion-start':
        return `Fusing ${part.from.length} answers`;
      case 'fusion-end':
        return 'Checking the fused answer';
      default:
        return undefined;
    }
  };
}
