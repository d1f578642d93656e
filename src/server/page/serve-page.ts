import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { type Encoding, pageFiles } from './page-files.ts';

/** Nothing but what this server sends, nothing inline, no text that becomes code, and no page around this one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Where files of the page may be; for other paths the page need not be there. */
const PATHS = /^\/(?:index\.html|reports\.html|icon\.svg|licenses\.txt|assets\/[\w.-]+)?$/;

/**
 * Answers requests for files of the page. The page itself needs no key: it has nothing of anyone, and asks for the key. It
 * is no part of the API.
 */
export const servePage: MiddlewareHandler<AppEnv> = async (context, next) => {
  const { method, path } = context.req;
  const isPage = (method === 'GET' || method === 'HEAD') && PATHS.test(path);
  const file = isPage ? (await pageFiles()).get(path === '/' ? '/index.html' : path) : undefined;
  if (file === undefined) return next();
  const encoding = chooseEncoding(context.req.header('accept-encoding'));
  const etag = `"${file.hash}-${encoding}"`;
  const headers = {
    ...HEADERS,
    etag,
    vary: 'accept-encoding',
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (knows(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const bytes = file.bytes[encoding] ?? file.bytes.identity ?? new Uint8Array();
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': file.type,
      'content-length': String(bytes.length),
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    },
  });
};

/** The smallest form that the client takes. */
export function chooseEncoding(accepted = ''): Encoding {
  const weights = new Map(
    accepted
      .toLowerCase()
      .split(',')
      .map((one) => {
        const [name = '', ...parameters] = one.split(';').map((part) => part.trim());
        const weight = parameters.find((part) => part.startsWith('q='))?.slice(2);
        return [name, weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  const takes = (name: string) => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}

/** Whether the client has the file already; it may say so of any encoding, and weakly. */
function knows(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
