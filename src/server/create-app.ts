import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from './app-env.ts';
import { ApiError, toApiError } from './api-error.ts';
import { chatRoute } from './chat/chat-route.ts';
import { addBlendRoutes } from './blends/blend-routes.ts';
import { compareRoute } from './compare-route.ts';
import type { HostCheck } from './host-check.ts';
import type { StoredKey } from './keys/api-key.ts';
import type { KeyStore } from './keys/key-store.ts';
import { modelRoutes } from './models-route.ts';
import { openapiRoute } from './openapi/openapi-route.ts';
import { servePage } from './page/serve-page.ts';
import { addReportRoutes } from './reports/report-routes.ts';
import { rerankRoute } from './rerank-route.ts';
import { responsesRoute } from './responses/responses-route.ts';
import type { ServerParts } from './server-parts.ts';

/** A request, for the log. It has neither texts nor keys. */
export interface RequestRecord {
  readonly id: string;
  readonly method: string;
  /** Without the part behind the question mark; a path that is not served is `*`. */
  readonly path: string;
  readonly status: number;
  /** Until the response began: a stream goes on after that. */
  readonly ms: number;
  /** Id of the key. */
  readonly key: string | undefined;
}

/** Headers of all responses. But for its own page, nothing of this server is one, and nothing of it belongs into one. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** What asks every few seconds. */
const QUIET_PATHS: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** Several times that of comments in a silence. */
const STALLED_MS = 60_000;

/** The server without a socket. */
export function createApp(
  parts: ServerParts,
  {
    hostCheck,
    keys,
    needsKey,
    stalledMs = STALLED_MS,
    onRequest,
  }: {
    /** Made once it is known what is listened on. */
    hostCheck: () => HostCheck;
    keys: KeyStore | undefined;
    /** Whether a request needs a key even where there are none. */
    needsKey: boolean;
    /** Milliseconds after which a stream that nobody reads is ended. @default 60 000 */
    stalledMs?: number | undefined;
    onRequest: ((record: RequestRecord) => void) | undefined;
  },
): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (context, next) => {
    const begin = performance.now();
    const id = `req_${randomUUID().replaceAll('-', '')}`;
    context.set('requestId', id);
    await next();
    const { headers, status } = context.res;
    headers.set('x-request-id', id);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    // No connection is kept that would have to be waited for.
    if (parts.gate.isDraining) headers.set('connection', 'close');
    const ms = performance.now() - begin;
    const path = status === 404 || status === 403 ? '*' : context.req.path;
    // Health checks would be most of a log.
    if (QUIET_PATHS.has(path)) return;
    const route = routePath(context, -1);
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
    // There is a comment at least in a silence: where nothing is sent for so long, nobody reads.
    if (isStream) {
      const { incoming, outgoing } = context.env;
      outgoing.setTimeout(stalledMs);
      // The head goes out with the events that are ready already.
      incoming.socket.cork();
      setImmediate(() => incoming.socket.uncork());
    }
    parts.metrics.begin({ route, status, isStream, ms });
    context.env.outgoing.once('close', () => parts.metrics.end({ route, ms: performance.now() - begin }));
    onRequest?.({ id, method: context.req.method, path, status, ms: Math.round(ms), key: context.get('key')?.id });
  });
  app.use(async (context, next) => {
    hostCheck().check({ host: context.env.incoming.headers.host, origin: context.req.header('origin') });
    await next();
  });
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/ready', (context) =>
    parts.gate.isDraining ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ready' }),
  );
  app.use(servePage);
  const asksForKey = async () => keys !== undefined && (needsKey || (await keys.list()).length > 0);
  app.use(async (context, next) => {
    if (keys !== undefined && (await asksForKey())) context.set('key', await findKeyOf(context, keys));
    await next();
  });
  app.get('/metrics', () => parts.metrics.toResponse());
  const models = modelRoutes(parts);
  app.get('/v1/models', models.list);
  app.get('/v1/models/:id{.+}', models.retrieve);
  app.post('/v1/chat/completions', chatRoute(parts));
  app.post('/v1/responses', responsesRoute(parts));
  for (const path of ['/v1/rerank', '/v2/rerank', '/rerank']) app.post(path, rerankRoute(parts));
  app.post('/v1/compare', compareRoute(parts));
  addBlendRoutes(app, parts);
  addReportRoutes(app, parts);
  app.get('/openapi.json', openapiRoute(parts, asksForKey));
  refuseOtherMethods(app);
  app.notFound((context) => {
    const message = `There is no ${context.req.method} ${context.req.path.slice(0, 200)} here.`;
    return new ApiError({ status: 404, message, code: 'not_found' }).toResponse();
  });
  app.onError((error, context) => {
    // Nobody reads it.
    if (context.req.raw.signal.aborted) return new Response(null, { status: 499 });
    parts.report(error, context.get('requestId'));
    return toApiError(error).toResponse();
  });
  return app;
}

/** Has each path name its methods where another is tried. */
function refuseOtherMethods(app: Hono<AppEnv>): void {
  const routes = app.routes.filter(({ method }) => method !== 'ALL');
  for (const [path, own] of Map.groupBy(routes, (route) => route.path)) {
    const methods = [...new Set(own.map(({ method }) => method))];
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(path, (context) => {
      const message = `${context.req.path.slice(0, 200)} has no ${context.req.method}, but ${allow}.`;
      return new ApiError({ status: 405, message, code: 'method_not_allowed', headers: { allow } }).toResponse();
    });
  }
}

/** @throws ApiError 401 */
async function findKeyOf(context: Context<AppEnv>, keys: KeyStore): Promise<StoredKey> {
  const [, given] = /^bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '') ?? [];
  const found = given === undefined ? undefined : await keys.find(given);
  if (found !== undefined) return found;
  throw new ApiError({
    status: 401,
    message:
      given === undefined
        ? 'This server needs a key: send it as "Authorization: Bearer KEY".'
        : 'The key is not one of this server.',
    code: 'invalid_api_key',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
