import type { HubEndpoint } from './hub-endpoint.ts';
import { hubStatusReason, unreachableReason } from './hub-reason.ts';
import { type HubReference, probeRequest } from './hub-reference.ts';
import { createWatchdog } from './watchdog.ts';

/**
 * Asks once, quickly: the resolver would try for minutes where nobody answers, and says little of why.
 *
 * @throws Error with a sentence; the signal's reason on abort.
 */
export async function probeHub({
  hub,
  reference,
  connectTimeoutMs,
  abortSignal,
}: {
  hub: HubEndpoint;
  reference: HubReference;
  connectTimeoutMs: number;
  abortSignal: AbortSignal;
}): Promise<void> {
  using watchdog = createWatchdog(abortSignal);
  const { url, init } = probeRequest(hub, reference);
  watchdog.expect(
    connectTimeoutMs,
    () => new Error(`${url.host} cannot be reached: no answer within ${connectTimeoutMs} ms.`),
  );
  const headers = new Headers(init.headers);
  if (hub.token !== undefined) headers.set('authorization', `Bearer ${hub.token}`);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, redirect: 'manual', signal: watchdog.signal });
  } catch (error) {
    watchdog.signal.throwIfAborted();
    throw new Error(unreachableReason(error), { cause: error });
  }
  await response.body?.cancel();
  // A redirect is the usual answer for a large file.
  if (response.status >= 400) throw new Error(hubStatusReason({ response, hub, repo: reference.repo }));
}
