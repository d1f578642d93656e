import { setImmediate } from 'node:timers/promises';
import type { Context } from 'hono';
import type { SessionAction } from '../../index.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { AppEnv, Route } from '../app-env.ts';
import type { AdmittedRequest } from '../request-gate.ts';
import type { ServerParts } from '../server-parts.ts';
import { actionRequest } from './blend-request.ts';
import { describeWithState } from './describe-blend.ts';
import type { ActionUnderWay, LiveBlend } from './live-blend.ts';
import { answeredAtOnce, choicesOf, findBlend, readFlag, readRequest, withFieldNames } from './route-tools.ts';
import { checkLimit, toAction } from './to-blend.ts';

/** Actions that go on while models answer. What is wrong with them shows at once, all else is told by the parts. */
const LONG: ReadonlySet<SessionAction['type']> = new Set(['run', 'rank', 'fuse', 'compare']);

/** Actions that ask no model. They are taken however much is asked at the same time. */
const FREE: ReadonlySet<SessionAction['type']> = new Set(['stop', 'remove']);

/** Taking actions, and what they would take. */
export function actionRoutes(parts: ServerParts) {
  const { gate, limits, sessions } = parts;
  const readAction = async (context: Context<AppEnv>) =>
    toAction(await readRequest(parts, context, actionRequest), { choices: choicesOf(parts, context), limits });
  const act: Route = async (context) => {
    const blend = findBlend(parts, context);
    const waits = readFlag(context, 'wait', false);
    // Who waits is a client: what runs goes on.
    const detach = blend.attach();
    try {
      const action = await readAction(context);
      checkRoom(blend, action, parts);
      const { begun, over } = take(blend, action, FREE.has(action.type) ? undefined : gate.enter(context.get('key')));
      const ended = (async () => ({ value: await over }))();
      ended.catch(() => {});
      const isAwaited = waits || !LONG.has(action.type);
      const result = await withFieldNames(() =>
        raceAbort(isAwaited ? ended : Promise.race([ended, begun.then(nextTurn)]), context.req.raw.signal),
      );
      return Response.json(
        {
          object: 'blend.action',
          type: action.type,
          status: result === undefined ? 'running' : 'ended',
          seq: blend.summary.seq,
          ...(action.type === 'add' ? { member: result?.value } : {}),
          ...(waits ? { blend: await describeWithState(blend, sessions.times) } : {}),
        },
        { status: result === undefined ? 202 : 200 },
      );
    } finally {
      detach();
    }
  };
  const estimate = answeredAtOnce(parts, async (context) => {
    const blend = findBlend(parts, context);
    const action = await readAction(context);
    return Response.json(await withFieldNames(() => blend.estimate(action)));
  });
  return { act, estimate };
}

function take(blend: LiveBlend, action: SessionAction, request: AdmittedRequest | undefined): ActionUnderWay {
  try {
    return blend.act(action, request);
  } catch (error) {
    request?.leave();
    throw error;
  }
}

/** Lets an action that has begun fail by what it was given. */
async function nextTurn(): Promise<undefined> {
  await setImmediate();
}

/** @throws ApiError 400 where a session would grow too large. */
function checkRoom(blend: LiveBlend, action: SessionAction, { limits }: ServerParts): void {
  if (action.type === 'add') checkLimit('models', blend.settings.models.length + 1, limits.members);
  // Each turn is a question and an answer.
  if (action.type === 'continue') checkLimit('messages', 2 * blend.summary.turns + 1, limits.messages);
}
