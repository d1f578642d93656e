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
  llm_blender: z.object({ kind: z.enum(['blend', 'member']) }),
});

/** All of them. */
export const servedModelList = z.object({ object: z.literal('list'), data: z.array(servedModel) });

/** `GET /v1/models` and `/v1/models/ID`. */
export function modelRoutes({ models }: ServerParts) {
  const created = Math.floor(Date.now() / 1000);
  const describe = ({ id, kind }: ServedModel) => ({
    id,
    object: 'model',
    created,
    owned_by: kind === 'blend' ? 'llm-blender' : (id.split('/', 1)[0] ?? id),
    llm_blender: { kind },
  });
  return {
    /** Those that the key may ask. */
    list: (context: Context<AppEnv>) => {
      const limits = context.get('key')?.limits ?? {};
      const data = models.list.filter(({ id }) => allowsModel(limits, id)).map(describe);
      return context.json({ object: 'list', data });
    },
    /** The id may have slashes, as they are or encoded. */
    retrieve: (context: Context<AppEnv>) => context.json(describe(models.find(context.req.param('id') ?? ''))),
  };
}
