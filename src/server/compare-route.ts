import { z } from 'zod';
import type { Route } from './app-env.ts';
import { readBody } from './read-body.ts';
import type { ServerParts } from './server-parts.ts';

const given = (field: string) => ({ required: [field], properties: { [field]: { type: 'string' } } });

/** The body of a request to `/v1/compare`. */
export const compareRequest = z
  .object({
    model: z.string().nullish(),
    prompt: z.string().min(1).nullish(),
    instruction: z.string().min(1).nullish(),
    input: z.string().nullish(),
    a: z.string(),
    b: z.string(),
  })
  .refine(
    ({ prompt, instruction }) => (typeof prompt === 'string') !== (typeof instruction === 'string'),
    'expected one of prompt and instruction',
  )
  .meta({ oneOf: [given('prompt'), given('instruction')] });

const judgement = z.looseObject({}).optional();

/** What is answered. */
export const comparison = z.looseObject({
  object: z.literal('comparison'),
  winner: z.enum(['a', 'b', 'tie']).nullable(),
  logit: z.number().nullable().describe('Log-odds that a is better; null where the ranker has no opinion.'),
  probability: z.number().min(0).max(1).nullable(),
  consistent: z.boolean().optional(),
  forward: judgement,
  reverse: judgement,
  usage: z.looseObject({}),
});

/** `POST /v1/compare`: which of two answers is better. */
export function compareRoute({ blender, rankers, limits, gate }: ServerParts): Route {
  return async (context) => {
    const admitted = gate.enter(context.get('key'));
    try {
      const request = await readBody(context.req.raw, { schema: compareRequest, limit: limits.bodyBytes });
      const { a, b, prompt, instruction, input } = request;
      const question =
        typeof instruction === 'string' ? { instruction, input: input ?? undefined } : { prompt: prompt ?? '' };
      const asked = { ...question, a, b, ranker: rankers.find(request.model ?? 'default') };
      const abortSignal = AbortSignal.any([context.req.raw.signal, gate.closing]);
      const { winner, ...result } = await admitted.run(
        { estimate: async () => [await blender.estimateCompare(asked)] },
        () => blender.compare({ ...asked, abortSignal }),
      );
      return Response.json({ object: 'comparison', winner: winner ?? null, ...result });
    } finally {
      admitted.leave();
    }
  };
}
