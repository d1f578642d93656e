import type { Context } from 'hono';
import { z } from 'zod';
import type { AppEnv } from './app-env.ts';
import { allowsModel } from './keys/key-limits.ts';
import type { ServedModel } from './served-models.ts';
import type { ServerParts } from './server-parts.ts';

/** A model that clients can name. */
export const servedModel = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int().describe('Seconds since 1970, when the server began.'),
  owned_by: z.string(),
  context_length: z.int().optional().describe('Tokens of question and answer together, where that is known.'),
  llm_blender: z.object({
    kind: z.enum(['blend', 'member']),
    members: z.array(z.string()).optional().describe('Of a blend.'),
  }),
});

/** All of them. */
export const servedModelList = z.object({ object: z.literal('list'), data: z.array(servedModel) });

/** `GET /v1/models` and `/v1/models/ID`. */
export function modelRoutes({ models }: ServerParts) {
  const created = Math.floor(Date.now() / 1000);
  const describe = async ({ id, kind, members, contextTokens }: ServedModel) => {
    const tokens = await contextTokens();
    return {
      id,
      object: 'model',
      created,
      owned_by: kind === 'blend' ? 'llm-blender' : (id.split('/', 1)[0] ?? id),
      // As OpenRouter has it, and as vLLM has it: clients know one or the other.
      ...(tokens === undefined ? {} : { context_length: tokens, max_model_len: tokens }),
      llm_blender: { kind, ...(kind === 'blend' ? { members: members.map((member) => member.id) } : {}) },
    };
  };
  return {
    /** Those that the key may ask. */
    list: async (context: Context<AppEnv>) => {
      const limits = context.get('key')?.limits ?? {};
      const data = await Promise.all(models.list.filter(({ id }) => allowsModel(limits, id)).map(describe));
      return context.json({ object: 'list', data });
    },
    /** The id may have slashes, as they are or encoded. */
    retrieve: async (context: Context<AppEnv>) =>
      context.json(await describe(models.find(context.req.param('id') ?? ''))),
  };
}
