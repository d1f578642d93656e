import { serverKey } from './server-key.ts';

/** An answer of the server that is an error. */
export class ServerError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Sends a request with the key of the server. @throws ServerError; TypeError where the server does not answer */
export async function request(path: string, init: RequestInit & { body?: string } = {}): Promise<Response> {
  const key = serverKey.get();
  const response = await fetch(path, {
    ...init,
    headers: {
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...init.headers,
    },
  });
  if (response.ok) return response;
  const said = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  throw new ServerError(said?.error?.message ?? `${response.status} ${response.statusText}`, response.status);
}
