import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { allowsModel } from '../keys/key-limits.ts';
import type { ServerParts } from '../server-parts.ts';
import { openapiDocument } from './openapi-document.ts';
import { operationsOf } from './operations.ts';

/** `GET /openapi.json`, with the models that the key may ask. */
export function openapiRoute(parts: ServerParts, needsKey: () => Promise<boolean>) {
  return async (context: Context<AppEnv>) => {
    const limits = context.get('key')?.limits ?? {};
    const models = parts.models.list.filter(({ id }) => allowsModel(limits, id));
    return context.json(openapiDocument(operationsOf({ ...parts, models }), { needsKey: await needsKey() }));
  };
}
