import { getRequestListener } from '@hono/node-server';

/**
 * The adapter for Node has a response whose text goes to the socket as it is; that of Node would be read through a web
 * stream, which costs more than most of a request, and streams would wait for a second event. It hands its class out as the global one alone, which is put back.
 */
function adapterResponse(): typeof Response {
  const { Request: request, Response: response } = globalThis;
  getRequestListener(() => new response(), {});
  const { Response: found } = globalThis;
  Object.defineProperty(globalThis, 'Request', { value: request, configurable: true, writable: true });
  Object.defineProperty(globalThis, 'Response', { value: response, configurable: true, writable: true });
  return found;
}

/** A response whose body is a text, or a stream of events. */
export const TextResponse = adapterResponse();
