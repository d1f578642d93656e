import type { Context } from 'hono';
import { recordBlend, replayBlend } from '../../index.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { SSE_TYPE, sseResponse } from '../sse.ts';
import type { LiveBlend } from './live-blend.ts';
import { partEvents } from './part-events.ts';
import { findBlend, readFlag } from './route-tools.ts';

/** A response of the parts of a session as events. @throws ApiError 429 */
export function streamParts(
  { news, keepAliveMs }: ServerParts,
  context: Context<AppEnv>,
  { blend, after, headers }: { blend: LiveBlend; after: number; headers?: Readonly<Record<string, string>> },
): Response {
  const detach = blend.attachReader();
  const gone = new AbortController();
  const onLeave = () => {
    gone.abort();
    detach();
  };
  context.req.raw.signal.addEventListener('abort', onLeave, { once: true });
  const events = (async function* () {
    try {
      yield* partEvents(blend.lines, { after, news, gone: gone.signal });
    } finally {
      onLeave();
    }
  })();
  return sseResponse(events, { onLeave, headers, keepAliveMs });
}

/** `GET /v1/blends/ID/parts` and `/recording`. */
export function partRoutes(parts: ServerParts) {
  return {
    parts: (context: Context<AppEnv>): Response => {
      const blend = findBlend(parts, context);
      const after = readAfter(context);
      const { seq } = blend.summary;
      if (after > seq) {
        const message = `after: the session has ${seq} parts, and none follows number ${after}.`;
        throw new ApiError({ status: 400, message, param: 'after' });
      }
      // To a browser this means that it need not connect again.
      if (blend.closedAt !== undefined && after === seq) return new Response(null, { status: 204 });
      // Nobody would read them.
      if (context.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': SSE_TYPE } });
      return streamParts(parts, context, { blend, after });
    },
    recording: (context: Context<AppEnv>): Response => {
      const blend = findBlend(parts, context);
      const lines = recordBlend(replayBlend(blend.lines.read(0)), {
        stripKeys: readFlag(context, 'stripKeys', true),
        stripPrompts: readFlag(context, 'stripPrompts', false),
      });
      return new Response(ReadableStream.from(lines).pipeThrough(new TextEncoderStream()), {
        headers: {
          'content-type': 'application/x-ndjson; charset=utf-8',
          'content-disposition': `attachment; filename="${blend.id}.jsonl"`,
        },
      });
    },
  };
}

/** The number of the last part that a reader has. What a browser says by itself when it connects again goes first. */
function readAfter({ req }: Context<AppEnv>): number {
  const given = req.header('last-event-id') ?? req.query('after') ?? '0';
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const message = `after: expected the number of a part, and not ${JSON.stringify(given.slice(0, 100))}.`;
  throw new ApiError({ status: 400, message, param: 'after' });
}
