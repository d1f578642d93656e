import type { SessionAction } from '../../index.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { Route } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { within } from '../within.ts';
import { actionRequest } from './blend-request.ts';
import { describeWithState } from './describe-blend.ts';
import type { LiveBlend } from './live-blend.ts';
import { readFlag } from './part-routes.ts';
import { findBlend, readRequest, withFieldNames } from './route-tools.ts';
import { checkLimit, toAction } from './to-blend.ts';

/** Actions that go on while models answer. What is wrong with them shows at once, all else is told by the parts. */
const LONG: ReadonlySet<SessionAction['type']> = new Set(['run', 'rank', 'fuse', 'compare']);

/** Taking actions, and what they would take. */
export function actionRoutes(parts: ServerParts) {
  const act: Route = async (context) => {
    const blend = findBlend(parts, context);
    const waits = readFlag(context, 'wait', false);
    const action = toAction(await readRequest(parts, context, actionRequest), parts);
    checkRoom(blend, action, parts);
    // Who waits is a client: what runs goes on.
    const detach = blend.attach();
    try {
      const over = (async () => ({ value: await blend.act(action) }))();
      over.catch(() => {});
      const isShort = waits || !LONG.has(action.type);
      const result = await withFieldNames(() => (isShort ? raceAbort(over, context.req.raw.signal) : within(over, 1)));
      const { value } = result ?? {};
      return Response.json(
        {
          object: 'blend.action',
          type: action.type,
          status: result === undefined ? 'running' : 'ended',
          seq: blend.summary.seq,
          ...(action.type === 'add' ? { member: value } : {}),
          ...(waits ? { blend: await describeWithState(blend, parts.sessions.times) } : {}),
        },
        { status: result === undefined ? 202 : 200 },
      );
    } finally {
      detach();
    }
  };
  const estimate: Route = async (context) => {
    const blend = findBlend(parts, context);
    const action = toAction(await readRequest(parts, context, actionRequest), parts);
    return Response.json(await withFieldNames(() => blend.estimate(action)));
  };
  return { act, estimate };
}

/** @throws ApiError 400 where a session would grow too large. */
function checkRoom(blend: LiveBlend, action: SessionAction, { limits }: ServerParts): void {
  if (action.type === 'add') checkLimit('models', blend.settings.models.length + 1, limits.members);
  // Each turn is a question and an answer.
  if (action.type === 'continue') checkLimit('messages', 2 * blend.summary.turns + 1, limits.messages);
}
