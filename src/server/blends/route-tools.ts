import type { Context } from 'hono';
import type { z } from 'zod';
import { InvalidArgumentError } from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv } from '../app-env.ts';
import { readBody } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import type { LiveBlend } from './live-blend.ts';

/** Whose sessions a request is about: those of its key, or where the server has none, of everyone. */
export function ownerOf(context: Context<AppEnv>): string {
  return context.get('keyId') ?? '';
}

/** The session that a request names. @throws ApiError 404 */
export function findBlend({ sessions }: ServerParts, context: Context<AppEnv>): LiveBlend {
  return sessions.find(ownerOf(context), context.req.param('id') ?? '');
}

/** Reads a body, which takes a place among the requests that are answered at once. @throws ApiError */
export async function readRequest<SCHEMA extends z.ZodType>(
  { gate, limits }: ServerParts,
  context: Context<AppEnv>,
  schema: SCHEMA,
): Promise<z.infer<SCHEMA>> {
  const leave = gate.enter();
  try {
    return await readBody(context.req.raw, { schema, limit: limits.bodyBytes });
  } finally {
    leave();
  }
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
