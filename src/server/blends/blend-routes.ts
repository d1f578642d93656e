import type { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { actionRoutes } from './action-routes.ts';
import { choicesRoutes } from './choices-routes.ts';
import { partRoutes } from './part-routes.ts';
import { sessionRoutes } from './session-routes.ts';

/** `/v1/blends`: sessions over HTTP. */
export function addBlendRoutes(app: Hono<AppEnv>, parts: ServerParts): void {
  const choices = choicesRoutes(parts);
  const sessions = sessionRoutes(parts);
  const actions = actionRoutes(parts);
  const { parts: stream, recording } = partRoutes(parts);
  // No id is one of these names.
  app.get('/v1/blends/choices', choices.list);
  app.post('/v1/blends/estimate', sessions.estimate);
  app.post('/v1/blends/configuration', choices.exportTeam);
  app.post('/v1/blends', sessions.start);
  app.get('/v1/blends', sessions.list);
  app.get('/v1/blends/:id', sessions.retrieve);
  app.delete('/v1/blends/:id', sessions.remove);
  app.post('/v1/blends/:id/close', sessions.close);
  app.get('/v1/blends/:id/parts', stream);
  app.get('/v1/blends/:id/recording', recording);
  app.get('/v1/blends/:id/configuration', choices.exportSession);
  app.post('/v1/blends/:id/actions', actions.act);
  app.post('/v1/blends/:id/estimate', actions.estimate);
}
