import type { Context } from 'hono';
import type { z } from 'zod';
import { InvalidArgumentError } from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv, Route } from '../app-env.ts';
import { readBody } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import type { BlendChoices } from './blend-choices.ts';
import type { LiveBlend } from './live-blend.ts';

/** Whose sessions a request is about: those of its key, or where the server has none, of everyone. */
export function ownerOf(context: Context<AppEnv>): string {
  return context.get('key')?.id ?? '';
}

/** The session that a request names. @throws ApiError 404 */
export function findBlend({ sessions }: ServerParts, context: Context<AppEnv>): LiveBlend {
  return sessions.find(ownerOf(context), context.req.param('id') ?? '');
}

/** What the key of a request may ask. @throws ApiError 403 for a key that no blend is allowed to. */
export function choicesOf({ choices }: ServerParts, context: Context<AppEnv>): BlendChoices {
  return choices.allowedBy(context.get('key')?.limits ?? {});
}

/** Reads a body. @throws ApiError */
export function readRequest<SCHEMA extends z.ZodType>(
  { limits }: ServerParts,
  context: Context<AppEnv>,
  schema: SCHEMA,
): Promise<z.infer<SCHEMA>> {
  return readBody(context.req.raw, { schema, limit: limits.bodyBytes });
}

/** A route that asks no model: it has its place while it is answered. */
export function answeredAtOnce({ gate }: ServerParts, route: Route): Route {
  return async (context) => {
    const request = gate.enter(context.get('key'));
    try {
      return await route(context);
    } finally {
      request.leave();
    }
  };
}

/** Does something of the library. What it refuses is told by the name that the library and these routes have for it. */
export async function withFieldNames<VALUE>(call: () => VALUE | Promise<VALUE>): Promise<VALUE> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new ApiError({
      status: 400,
      message: errorMessage(error),
      param: error.parameter,
      code: error.code,
      headers: { 'x-should-retry': 'false' },
    });
  }
}

/** A setting in the address that is true or false. @throws ApiError 400 */
export function readFlag({ req }: Context<AppEnv>, name: string, usual: boolean): boolean {
  const given = req.query(name) ?? String(usual);
  if (given === 'true' || given === 'false') return given === 'true';
  const message = `${name}: expected true or false, and not ${JSON.stringify(given.slice(0, 100))}.`;
  throw new ApiError({ status: 400, message, param: name });
}
