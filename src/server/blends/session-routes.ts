import type { Context } from 'hono';
import { digestOf, readIdempotencyKey } from '../answer/idempotent-answers.ts';
import type { AppEnv, Route } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import type { AdmittedRequest } from '../request-gate.ts';
import { within } from '../within.ts';
import { estimateRequest, startRequest } from './blend-request.ts';
import { describeBlend, describeWithState } from './describe-blend.ts';
import type { LiveBlend } from './live-blend.ts';
import { streamParts } from './part-routes.ts';
import { answeredAtOnce, choicesOf, findBlend, ownerOf, readRequest, withFieldNames } from './route-tools.ts';
import { toBlend } from './to-blend.ts';

/** Milliseconds in which a session may fail to begin. What fails later is told by its parts. */
const BEGIN_MS = 50;

/** Starting sessions, and what there is to know and do of one as a whole. */
export function sessionRoutes(parts: ServerParts) {
  const { blender, sessions, limits } = parts;
  const { times } = sessions;
  const answer = async (
    context: Context<AppEnv>,
    { blend, isJoined }: { blend: LiveBlend; isJoined: boolean },
  ): Promise<Response> => {
    const headers = {
      location: `/v1/blends/${blend.id}`,
      ...(isJoined ? { 'idempotent-replayed': 'true' } : {}),
    };
    if (context.req.header('accept')?.includes('text/event-stream') === true) {
      const { body, headers: all } = streamParts(parts, context, { blend, after: 0, headers });
      return new Response(body, { status: 201, headers: all });
    }
    return Response.json(await describeWithState(blend, times), { status: 201, headers });
  };
  const start: Route = async (context) => {
    const request = parts.gate.enter(context.get('key'));
    let blend: LiveBlend | undefined;
    try {
      const key = readIdempotencyKey(context.req.header('idempotency-key'));
      const body = await readRequest(parts, context, startRequest);
      const { start: first = 'run', keepOpen = true, ...asked } = body;
      const options = toBlend(asked, { choices: choicesOf(parts, context), limits });
      const session = await withFieldNames(() => blender.createBlendSession(options));
      const startedBy = key === undefined ? undefined : { key, digest: digestOf(context.req.path, body) };
      const begun = sessions.add(ownerOf(context), session, { keepOpen, startedBy });
      if (begun.isJoined) {
        request.leave();
        return await answer(context, begun);
      }
      blend = begun.blend;
      if (first === 'none') request.leave();
      else await begin(blend, first, request);
      return await answer(context, { blend, isJoined: false });
    } catch (error) {
      request.leave();
      if (blend !== undefined) await sessions.remove(blend);
      throw error;
    }
  };
  const estimate = answeredAtOnce(parts, async (context) => {
    const asked = await readRequest(parts, context, estimateRequest);
    const options = toBlend(asked, { choices: choicesOf(parts, context), limits });
    return Response.json(await withFieldNames(() => blender.estimateBlend(options)));
  });
  const list = (context: Context<AppEnv>) =>
    context.json({ object: 'list', data: sessions.list(ownerOf(context)).map((blend) => describeBlend(blend, times)) });
  const retrieve: Route = async (context) => Response.json(await describeWithState(findBlend(parts, context), times));
  const close: Route = async (context) => {
    const blend = findBlend(parts, context);
    await blend.close('client');
    return Response.json(describeBlend(blend, times));
  };
  const remove: Route = async (context) => {
    await sessions.remove(findBlend(parts, context));
    return new Response(null, { status: 204 });
  };
  return { start, estimate, list, retrieve, close, remove };
}

/** @throws what keeps the question from being asked. */
async function begin(blend: LiveBlend, type: 'run' | 'ask', request: AdmittedRequest): Promise<void> {
  const { begun, over } = blend.act({ type }, request);
  over.catch(() => {});
  try {
    await withFieldNames(() => Promise.race([over, begun]));
    if (blend.summary.turns === 0) await withFieldNames(() => within(over, BEGIN_MS));
  } catch (error) {
    if (blend.summary.turns === 0) throw error;
  }
}
