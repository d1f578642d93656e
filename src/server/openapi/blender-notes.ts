import { z } from 'zod';

/** What is ours in an answer. */
export const blenderNotes = z
  .looseObject({
    decision: z.string().optional().describe('Which answer was chosen: fused, or a candidate.'),
    decisionReason: z.string().optional(),
    candidates: z.array(z.looseObject({ id: z.string(), model: z.string(), rank: z.number().optional() })).optional(),
    failures: z.array(z.looseObject({})).optional().describe('Calls that have failed.'),
    cost: z.unknown().optional(),
    warnings: z
      .array(z.looseObject({ type: z.string() }))
      .optional()
      .describe('What of the request had no effect.'),
    choices: z.array(z.looseObject({})).optional().describe('The same of each choice, where there are several.'),
  })
  .describe('What the blend says of its answer.');
