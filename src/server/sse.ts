import { TextResponse } from './text-response.ts';
import { within } from './within.ts';

/** Milliseconds without an event after which a comment keeps the connection open; proxies end it after 30 or 60 s. */
const KEEP_ALIVE_MS = 10_000;

/**
 * A line that every client ignores. There is no empty line behind it: several clients take that for the end of an
 * event, and read one without data.
 */
const KEEP_ALIVE = ': keep-alive\n';

/** The media type of server-sent events. */
export const SSE_TYPE = 'text/event-stream; charset=utf-8';

/** An event of a stream with data alone. There are no ids: some clients fail on them. */
export function dataEvent(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** An event whose data has its name as `type` too. */
export function namedEvent(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}

/**
 * A response of server-sent events, as they come. A client that leaves ends the events: they are returned, and `onLeave`
 * is called.
 */
export function sseResponse(
  events: AsyncGenerator<string>,
  {
    onLeave,
    headers,
    keepAliveMs = KEEP_ALIVE_MS,
  }: { onLeave: () => void; headers?: Readonly<Record<string, string>> | undefined; keepAliveMs?: number | undefined },
): Response {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<string>> | undefined;
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      next ??= events.next();
      const result = await within(next, keepAliveMs);
      if (result === undefined) {
        controller.enqueue(encoder.encode(KEEP_ALIVE));
        return;
      }
      next = undefined;
      if (result.done === true) controller.close();
      else controller.enqueue(encoder.encode(result.value));
    },
    cancel: async () => {
      onLeave();
      await events.return(undefined).catch(() => {});
    },
  });
  return new TextResponse(stream, {
    headers: {
      'content-type': SSE_TYPE,
      'cache-control': 'no-cache, no-transform',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
      ...headers,
    },
  });
}
