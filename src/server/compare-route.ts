import { z } from 'zod';
import type { Route } from './app-env.ts';
import { readBody } from './read-body.ts';
import type { ServerParts } from './server-parts.ts';

const compareRequest = z
  .object({
    model: z.string().nullish(),
    prompt: z.string().min(1).nullish(),
    instruction: z.string().min(1).nullish(),
    input: z.string().nullish(),
    a: z.string(),
    b: z.string(),
  })
  .refine(({ prompt, instruction }) => typeof prompt !== typeof instruction, 'expected one of prompt and instruction');

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
