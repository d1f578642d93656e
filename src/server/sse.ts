import { TextResponse } from './text-response.ts';

/** Milliseconds without an event after which a comment keeps the connection open; proxies end it after 30 or 60 s. */
const KEEP_ALIVE_MS = 10_000;

/**
 * A line that every client ignores. There is no empty line behind it: several clients take that for the end of an
 * event, and read one without data.
 */
const KEEP_ALIVE = ': keep-alive\n';

/** Characters of events after which they are written, also where more are ready. */
const MOST_AT_ONCE = 16_384;

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
  let resume = () => {};
  let keepAlive: NodeJS.Timeout | undefined;
  let ready = '';
  const write = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const send = (text: string) => {
      controller.enqueue(encoder.encode(text));
      keepAlive?.refresh();
    };
    const flush = () => {
      if (ready !== '' && keepAlive !== undefined) send(ready);
      ready = '';
    };
    // Where the client does not read, a comment would only wait behind what it has not read.
    keepAlive = setInterval(() => {
      if ((controller.desiredSize ?? 0) > 0) send(KEEP_ALIVE);
    }, keepAliveMs);
    try {
      for await (const event of events) {
        // Events that are ready at the same moment are one write: a write costs more than all else that is done for them.
        if (ready === '') setImmediate(flush);
        ready += event;
        if (ready.length >= MOST_AT_ONCE) flush();
        if ((controller.desiredSize ?? 0) > 0) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        resume = resolve;
        await promise;
      }
      flush();
      if (keepAlive !== undefined) controller.close();
    } catch (error) {
      flush();
      controller.error(error);
    } finally {
      clearInterval(keepAlive);
    }
  };
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void write(controller),
    pull: () => resume(),
    cancel: async () => {
      clearInterval(keepAlive);
      keepAlive = undefined;
      resume();
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
