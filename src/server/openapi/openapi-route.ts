import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { openapiDocument } from './openapi-document.ts';
import { operationsOf } from './operations.ts';

/** `GET /openapi.json`. */
export function openapiRoute(parts: ServerParts, needsKey: () => Promise<boolean>) {
  return async (context: Context<AppEnv>) =>
    context.json(openapiDocument(operationsOf(parts), { needsKey: await needsKey() }));
}
