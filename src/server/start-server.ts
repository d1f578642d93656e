import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Blender, type BlenderConfig, DisposedError, InvalidArgumentError } from '../index.ts';
import { checkNumber } from '../util/check-number.ts';
import { errorMessage } from '../util/error-message.ts';
import { IdempotentAnswers } from './answer/idempotent-answers.ts';
import { ToolCallMemory } from './answer/tool-call-memory.ts';
import { toApiError } from './api-error.ts';
import { type BlendPartsOptions, createBlendParts } from './blends/blend-parts.ts';
import type { BlendSessions } from './blends/blend-sessions.ts';
import { createApp, type RequestRecord } from './create-app.ts';
import { HostCheck, isLoopback } from './host-check.ts';
import type { KeyStore } from './keys/key-store.ts';
import { Spending } from './keys/spending.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { ReportFolders } from './reports/report-folders.ts';
import { RequestGate } from './request-gate.ts';
import { servedBlends, ServedModels } from './served-models.ts';
import { ServedRankers } from './served-rankers.ts';
import { completeLimits, type ServerLimitOptions } from './server-limits.ts';

/** The port where none is given. */
export const DEFAULT_PORT = 8787;

/** Milliseconds for a whole request to arrive: one that is never whole would keep its place. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Connections that may wait to be taken: what is too much is told so, and not cut off. */
const BACKLOG = 2048;

/** Milliseconds for the last bytes of the responses when the server ends. */
const CLOSE_MS = 1000;

/** Options of {@link startServer}. */
export interface StartServerOptions extends Omit<BlendPartsOptions, 'models' | 'limits' | 'config'> {
  /** Answers the requests. It stays the caller's, who disposes of it after the server is closed. */
  readonly blender: Blender;
  /**
   * The configuration that the blender is made of: its blends are served with their members, and its rankers. Without
   * blends, the built-in blend `local` is.
   */
  readonly config?: Pick<BlenderConfig, 'blends' | 'rankers' | 'defaults' | 'providers' | 'server'> | undefined;
  /** What is listened on. Any but this machine itself needs keys. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 takes any that is free. @default 8787 */
  readonly port?: number | undefined;
  /** Keys of clients. Where there are any, every request needs one. */
  readonly keys?: KeyStore | undefined;
  /** Names besides that of `host` by which clients may call the server, with a port or for any port. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly limits?: ServerLimitOptions | undefined;
  /**
   * Folders whose reports every client may read: each that of a run of `evaluate` or a job of `batch`, or one that has
   * such folders in it. Links in them are not followed.
   */
  readonly reports?: readonly string[] | undefined;
  /**
   * The model that answers what chat pages ask for themselves, such as titles; false: the blend that they name.
   *
   * @default `server.taskModel` of the configuration, or the first member of the blend
   */
  readonly taskModel?: string | false | undefined;
  /** Whether streams tell the steps of a blend as `reasoning_content`. @default true */
  readonly showProgress?: boolean | undefined;
  /** Called with each request when its response begins. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Called with why a request failed, without keys. */
  readonly onError?: ((message: string) => void) | undefined;
  /** @internal Milliseconds without an event after which a comment is sent, for tests. */
  readonly keepAliveMs?: number | undefined;
  /** @internal Milliseconds after which a stream that nobody reads is ended, for tests. */
  readonly stalledMs?: number | undefined;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** What clients can ask for, blends first. */
  readonly models: readonly string[];
  /** Requests that are being answered. */
  readonly running: number;
  /** Takes no more requests, and ends when those that run are answered, or at once when the signal aborts. */
  close(options?: { abortSignal?: AbortSignal | undefined }): Promise<void>;
}

/**
 * Serves blends over HTTP, in the form of OpenAI's API.
 *
 * @throws InvalidArgumentError for a blend that cannot run, and without keys on a host that others reach.
 * @example
 * await using blender = createBlender();
 * await using server = await startServer({ blender, port: 0 });
 * const response = await fetch(`${server.url}/v1/models`);
 */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { blender, config = {}, host = '127.0.0.1', port = DEFAULT_PORT, keys, allowedHosts = [] } = options;
  checkNumber('port', port, { min: 0, max: 65_535, integer: true });
  const limits = completeLimits(options.limits ?? {});
  let spending: Spending | undefined;
  const metrics: ServerMetrics = new ServerMetrics(() => gate.running);
  const gate = new RequestGate({
    limit: limits.concurrency,
    observer: metrics.observer,
    onRefused: (limit) => metrics.refuse(limit),
    openSpending: keys && (() => (spending ??= openSpending(keys.spendingPath))),
    onError: (error) => options.onError?.(`What a request has cost was not written down: ${errorMessage(error)}`),
  });
  const models = new ServedModels(blender, servedBlends(config), {
    taskModel: options.taskModel ?? config.server?.taskModel,
  });
  const reports = await ReportFolders.open(options.reports ?? []);
  const hasKeys = ((await keys?.list()) ?? []).length > 0;
  if (!isLoopback(host) && !hasKeys) refuseOpenHost(host);
  const blendParts = createBlendParts(blender, { ...options, config, models, limits });
  const { sessions } = blendParts;
  gate.closing.addEventListener('abort', () => void sessions.closeAll(), { once: true });
  let hostCheck = new HostCheck({ host, port, allowedHosts });
  const app = createApp(
    {
      blender,
      models,
      rankers: new ServedRankers(config),
      limits,
      reports,
      gate,
      metrics,
      memory: new ToolCallMemory(),
      answers: new IdempotentAnswers(),
      ...blendParts,
      showProgress: options.showProgress ?? true,
      keepAliveMs: options.keepAliveMs,
      report: (error, requestId) => {
        if (toApiError(error).status >= 500) options.onError?.(`${requestId}: ${errorMessage(error)}`);
      },
    },
    { hostCheck: () => hostCheck, keys, needsKey: hasKeys, stalledMs: options.stalledMs, onRequest: options.onRequest },
  );
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  await listen(server, { host, port });
  const { port: actual } = server.address() as AddressInfo;
  hostCheck = new HostCheck({ host, port: actual, allowedHosts });
  const close = async (waiting?: { abortSignal?: AbortSignal | undefined }) => {
    await closeServer(server, { gate, sessions, ...waiting });
    spending?.[Symbol.dispose]();
    metrics[Symbol.dispose]();
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    models: models.list.map(({ id }) => id),
    get running() {
      return gate.running;
    },
    close,
    [Symbol.asyncDispose]: () => close({ abortSignal: AbortSignal.abort() }),
  };
}

function openSpending(path: string): Spending {
  const spending = new Spending(path);
  spending.settleAbandoned();
  return spending;
}

function refuseOpenHost(host: string): never {
  throw new InvalidArgumentError({
    parameter: 'host',
    value: host,
    message:
      'others reach it, and there is no key: anyone could ask your models at your cost. Make one with: llm-blender keys create',
  });
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there. Take another port with --port.',
      EACCES: 'it may not be used by this user. Ports above 1023 are free to all.',
      EADDRNOTAVAIL: 'this machine has no such address.',
      ENOTFOUND: 'there is no such host.',
    };
    const message = reasons[error.code ?? ''];
    reject(
      message === undefined
        ? error
        : new InvalidArgumentError({ parameter: 'address', value: `${host}:${port}`, message }),
    );
  });
  server.listen({ host, port, backlog: BACKLOG }, resolve);
  await promise;
}

async function closeServer(
  server: Server,
  {
    gate,
    sessions,
    abortSignal,
  }: { gate: RequestGate; sessions: BlendSessions; abortSignal?: AbortSignal | undefined },
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const endNow = () => {
    gate.abort(new DisposedError({ what: 'The server' }));
  };
  if (abortSignal?.aborted) endNow();
  abortSignal?.addEventListener('abort', endNow, { once: true });
  try {
    await gate.drain();
    await sessions.closeAll();
    // What is answered is still on its way; a client that does not read it is not waited for.
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.closeIdleConnections();
    await closed;
    clearTimeout(timer);
  } finally {
    abortSignal?.removeEventListener('abort', endNow);
  }
}
