import type { Context } from 'hono';
import {
  AGGREGATIONS,
  FUSION_PROMPTS,
  GOALS,
  type NamedBlend,
  ORDERS,
  SESSION_ACTIONS,
  STRATEGIES,
  STREAMS,
} from '../../index.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv, Route } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { configurationRequest, teamName } from './blend-request.ts';
import { modelStatuses } from './model-status.ts';
import { answeredAtOnce, choicesOf, findBlend, readRequest, withFieldNames } from './route-tools.ts';
import { teamFile, writeTeam } from './team-file.ts';
import { toSettings } from './to-blend.ts';

/** The name of an exported team where none is given. */
const DEFAULT_NAME = 'team';

/** The model that the embedded ranker reads with. */
const EMBEDDED_MODEL = 'local/smollm2-135m-instruct';

/** What can be asked, and how to keep it. */
export function choicesRoutes(parts: ServerParts) {
  const { blender, limits, sessions, environment } = parts;
  const list: Route = async (context) => {
    const choices = choicesOf(parts, context);
    const statuses = await modelStatuses(environment);
    const models = [...choices.models.values()].map(({ id, reference, roles, settings }) => ({
      id,
      roles: [...roles],
      ...statuses.of({ id, reference }),
      settings: settings.member ?? {},
    }));
    const statusOfRanker = (name: string) => {
      const [, judge] = /judge(?:-list)?:(.+)$/s.exec(name) ?? [];
      const model = judge === undefined ? undefined : models.find(({ id }) => id === judge);
      return model === undefined
        ? statuses.ofWeights(name === 'embedded' ? EMBEDDED_MODEL : name)
        : { status: model.status, download: model.download };
    };
    return Response.json({
      object: 'blend.choices',
      blends: [...choices.blends].map(([name, blend]) => {
        const written = writeTeam(blend);
        return {
          name,
          isDefault: name === choices.usual,
          models: written.models.map((model) => (typeof model === 'string' ? { model } : model)),
          settings: written.settings,
        };
      }),
      models,
      fusers: models.filter(({ roles }) => roles.includes('fuser')).map(({ id }) => id),
      rankers: [['default', choices.usualRanker] as const, ...choices.rankers].map(([name, ranker]) => ({
        name,
        ranker,
        ...statusOfRanker(ranker),
      })),
      names: {
        strategies: STRATEGIES,
        aggregations: AGGREGATIONS,
        goals: GOALS,
        orders: ORDERS,
        fusionPrompts: FUSION_PROMPTS,
        streams: STREAMS,
      },
      actions: SESSION_ACTIONS,
      limits: { ...limits, ...sessions.times },
    });
  };
  const exportTeam = answeredAtOnce(parts, async (context) => {
    const { name = DEFAULT_NAME, ...asked } = await readRequest(parts, context, configurationRequest);
    const asking = toSettings(asked, { choices: choicesOf(parts, context), limits });
    // Nothing is asked: this is how a blend becomes whole.
    await using session = await withFieldNames(() => blender.createBlendSession({ ...asking, prompt: 'Why?' }));
    return fileResponse(context, session.settings, name);
  });
  const exportSession = (context: Context<AppEnv>): Response => {
    const { success, data: name } = teamName.safeParse(context.req.query('name') ?? DEFAULT_NAME);
    if (success) return fileResponse(context, findBlend(parts, context).settings, name);
    const message = 'name: expected at most 100 characters without slash, colon and space.';
    throw new ApiError({ status: 400, message, param: 'name' });
  };
  return { list, exportTeam, exportSession };
}

function fileResponse(context: Context<AppEnv>, settings: NamedBlend, name: string): Response {
  const { data, yaml } = teamFile(settings, name);
  if (context.req.header('accept')?.includes('application/json') === true) return Response.json(data);
  return new Response(yaml, { headers: { 'content-type': 'application/yaml; charset=utf-8' } });
}
