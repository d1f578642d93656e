import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gitHash, sha256 } from './fake-weights.ts';

/** What a server was asked. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** How the two servers behave; a test changes what it is about. */
export interface FakeHubBehaviour {
  /** What the hub answers: the usual redirect, the file itself, nothing at all, or a status. */
  hub: 'redirect' | 'direct' | 'hang' | number;
  errorCode: string | undefined;
  /** For each request to the hub in turn: a status that it answers instead, with these headers. */
  failures: { readonly status: number; readonly headers?: Record<string, string> }[];
  /** The same for the file server. */
  fileFailures: { readonly status: number; readonly headers?: Record<string, string> }[];
  /** Files of the repository, listed two a page; what is not among them is answered 404. Undefined = any file is there. */
  tree: readonly string[] | undefined;
  /** Token without which the hub answers 401. */
  requiredToken: string | undefined;
  /** `X-Repo-Commit`: the commit of every branch; undefined = none. */
  commit: string | undefined;
  /** `X-Linked-ETag` of the large file; undefined = none. */
  linkedSha256: string | undefined;
  /** What the file server answers: the file, nothing at all, or a status. */
  fileServer: 'file' | 'hang' | number;
  /** Body of the file, by the end of its path; anything else is `content`. */
  files: Record<string, Buffer>;
  content: Buffer;
  /** The file that every quantization stands for; undefined = one that is called after it. */
  manifestFile: string | undefined;
  /** What is stated of every small file, where it is not the truth. */
  jsonHash: string | undefined;
  acceptsRanges: boolean;
  /** Entity tag of the file server; undefined = none. */
  etag: string | undefined;
  /** For each request to the file server in turn: the number of bytes after which it cuts the connection. */
  cuts: (number | undefined)[];
  /** Awaited before a cut: what the client has not read by then is lost with the connection. */
  beforeCut: (sentBytes: number) => Promise<void>;
  /** Bytes after which the body pauses until `resume` is called; undefined = never. */
  pauseAt: number | undefined;
}

/** Hugging Face as it looks on the wire: one server that redirects, and one that has the files. */
export interface FakeHub extends AsyncDisposable, FakeHubBehaviour {
  readonly url: string;
  readonly hubRequests: SeenRequest[];
  readonly fileRequests: SeenRequest[];
  /** Resolves when a body has paused. */
  readonly paused: Promise<void>;
  /** Lets paused bodies go on. */
  resume(): void;
}

export async function startFakeHub(content: Buffer): Promise<FakeHub> {
  const paused = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const files = await listen((request, response) => {
    hub.fileRequests.push(see(request));
    const failure = hub.fileFailures.shift();
    if (failure !== undefined) {
      response.writeHead(failure.status, failure.headers).end('no');
      return;
    }
    if (hub.fileServer === 'hang') return;
    if (typeof hub.fileServer === 'number') response.writeHead(hub.fileServer).end();
    else void serveFile(hub, request, response, { onPause: paused.resolve, resumed: resumed.promise });
  });
  const front = await listen((request, response) => {
    hub.hubRequests.push(see(request));
    answer(hub, request, response, files.url, { onPause: paused.resolve, resumed: resumed.promise });
  });
  const hub: FakeHub = {
    url: front.url,
    hubRequests: [],
    fileRequests: [],
    paused: paused.promise,
    resume: () => resumed.resolve(),
    hub: 'redirect',
    errorCode: undefined,
    failures: [],
    fileFailures: [],
    tree: undefined,
    requiredToken: undefined,
    commit: 'c'.repeat(40),
    linkedSha256: sha256(content),
    fileServer: 'file',
    files: {},
    content,
    manifestFile: undefined,
    jsonHash: undefined,
    acceptsRanges: true,
    etag: '"file-tag"',
    cuts: [],
    beforeCut: async () => {},
    pauseAt: undefined,
    async [Symbol.asyncDispose]() {
      resumed.resolve();
      await Promise.all([front, files].map(({ server }) => close(server)));
    },
  };
  return hub;
}

interface Pausing {
  onPause: () => void;
  resumed: Promise<void>;
}

function answer(
  hub: FakeHub,
  request: IncomingMessage,
  response: ServerResponse,
  filesUrl: string,
  pausing: Pausing,
): void {
  if (hub.hub === 'hang') return;
  const failure = hub.failures.shift();
  if (failure !== undefined) {
    response.writeHead(failure.status, failure.headers).end('no');
    return;
  }
  if (typeof hub.hub === 'number') {
    response.writeHead(hub.hub, hub.errorCode === undefined ? {} : { 'x-error-code': hub.errorCode }).end('no');
    return;
  }
  if (hub.requiredToken !== undefined && request.headers.authorization !== `Bearer ${hub.requiredToken}`) {
    response.writeHead(401).end('no');
    return;
  }
  const manifest = request.url?.match(/^\/v2\/([^/]+)\/([^/]+)\/manifests\/(.+)$/);
  if (manifest) {
    const rfilename = hub.manifestFile ?? `${manifest[2]?.replace(/-GGUF$/, '')}.${manifest[3]}.gguf`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ggufFile: { rfilename } }));
    return;
  }
  if (hub.tree !== undefined) {
    const { pathname, searchParams } = new URL(request.url ?? '/', hub.url);
    if (/^\/api\/datasets\/[^/]+\/[^/]+\/tree\//.test(pathname)) {
      listTree(hub, response, { pathname, from: Number(searchParams.get('cursor') ?? 0) });
      return;
    }
    const file = /\/resolve\/[^/]+\/(.+)$/.exec(pathname)?.[1] ?? '';
    if (!hub.tree.includes(decodeURIComponent(file))) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end('no');
      return;
    }
  }
  const content = pick(hub, request);
  const revision = request.url?.match(/\/resolve\/([^/]+)\//)?.[1] ?? '';
  const commit = /^[0-9a-f]{40}$/.test(revision) ? revision : hub.commit;
  const common = { ...(commit === undefined ? {} : { 'x-repo-commit': commit }), 'accept-ranges': 'bytes' };
  if (request.url?.endsWith('.json')) {
    // A small file is in git itself: another address of the same host has it, and its tag is the hash of git.
    if (request.url.startsWith('/api/resolve-cache/')) {
      void serveFile(hub, request, response, pausing, { ...common, etag: `"${hub.jsonHash ?? gitHash(content)}"` });
    } else response.writeHead(307, { ...common, location: `/api/resolve-cache/models${request.url}` }).end();
    return;
  }
  const stated = statedSha256(hub, content);
  const linked = stated === undefined ? {} : { 'x-linked-etag': `"${stated}"` };
  const headers = { ...common, ...linked, 'x-linked-size': content.length };
  if (hub.hub === 'redirect') response.writeHead(302, { ...headers, location: `${filesUrl}${request.url}` }).end();
  else void serveFile(hub, request, response, pausing, headers);
}

const PAGE = 2;

function listTree(
  hub: FakeHub,
  response: ServerResponse,
  { pathname, from }: { pathname: string; from: number },
): void {
  const tree = hub.tree ?? [];
  const entries = tree.slice(from, from + PAGE).map((path) => ({ type: 'file', path, size: 1, oid: 'x' }));
  // As a mirror gives it: with the address of the hub itself.
  const next = `<https://huggingface.co${pathname}?recursive=true&cursor=${from + PAGE}>; rel="next"`;
  response
    .writeHead(200, { 'content-type': 'application/json', ...(from + PAGE < tree.length ? { link: next } : {}) })
    .end(JSON.stringify([{ type: 'directory', path: 'data', oid: 'x' }, ...entries]));
}

async function serveFile(
  hub: FakeHub,
  request: IncomingMessage,
  response: ServerResponse,
  { onPause, resumed }: Pausing,
  extra: Record<string, string | number> = {},
): Promise<void> {
  const content = pick(hub, request);
  const isLarge = request.method !== 'HEAD' && !request.url?.endsWith('.json');
  const cut = isLarge ? hub.cuts.shift() : undefined;
  const [, first, last] = request.headers.range?.match(/^bytes=(\d+)-(\d*)$/) ?? [];
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === hub.etag;
  const isRange = hub.acceptsRanges && first !== undefined && isSame;
  const headers = {
    ...(hub.etag === undefined ? {} : { etag: hub.etag }),
    ...extra,
    ...(hub.acceptsRanges ? { 'accept-ranges': 'bytes' } : {}),
  };
  const from = isRange ? Number(first) : 0;
  const to = isRange && last ? Math.min(Number(last) + 1, content.length) : content.length;
  if (isRange && from >= content.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  response.writeHead(isRange ? 206 : 200, {
    ...headers,
    'content-length': to - from,
    ...(isRange ? { 'content-range': `bytes ${from}-${to - 1}/${content.length}` } : {}),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  let at = from;
  if (hub.pauseAt !== undefined && hub.pauseAt > at && hub.pauseAt < to) {
    response.write(content.subarray(at, hub.pauseAt), onPause);
    at = hub.pauseAt;
    await resumed;
  }
  if (cut === undefined) {
    response.end(content.subarray(at, to));
    return;
  }
  response.flushHeaders();
  response.write(content.subarray(at, Math.min(from + cut, to)));
  await hub.beforeCut(from + cut);
  response.destroy();
}

function pick(hub: FakeHub, request: IncomingMessage): Buffer {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  return Object.entries(hub.files).find(([end]) => path.endsWith(end))?.[1] ?? hub.content;
}

/** What a test set, or the truth where the file is another than the main one. */
function statedSha256(hub: FakeHub, content: Buffer): string | undefined {
  return content === hub.content ? hub.linkedSha256 : sha256(content);
}

function see({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  const ifRange = headers['if-range'];
  return {
    method,
    path: url,
    authorization: headers.authorization,
    range: headers.range,
    ifRange: typeof ifRange === 'string' ? ifRange : undefined,
  };
}

/** An HTTP server on a free port of this machine. */
export async function listen(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
