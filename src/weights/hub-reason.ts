import { errorMessage } from '../util/error-message.ts';
import type { HubEndpoint } from './hub-endpoint.ts';

/** A sentence that says what to do about a status that is not a success. */
export function hubStatusReason({
  response,
  hub,
  repo,
}: {
  response: Response;
  hub: HubEndpoint;
  /** `owner/name`. */
  repo: string;
}): string {
  const { host, origin } = new URL(response.url);
  // Storage servers know nothing of terms and tokens; their links expire, and they have trouble of their own.
  if (origin !== hub.origin) return `${host}, where it keeps the file, answered ${response.status}. Try again later.`;
  const page = `${hub.url}/${repo}`;
  // Hugging Face says in this header what the status alone leaves open: it answers 401 for what does not exist, too.
  const code = response.headers.get('x-error-code');
  const said = `it answered ${response.status}${code === null ? '' : ` (${code})`}`;
  switch (response.status) {
    case 401:
      return hub.token === undefined
        ? `${said}: there is no such repository, or it is private or gated. If ${page} shows it, accept its terms there and set HF_TOKEN to a token with read access.`
        : `${said}: HF_TOKEN was refused. Make a token with read access and accept the terms on ${page}, if there are any.`;
    case 403:
      return `${said}: access is not granted. Accept the terms on ${page}, then set HF_TOKEN to a token of that account that may read gated repositories.`;
    case 404:
      return `${said}: there is no such file. See ${page} for the files and revisions there are.`;
    case 429:
      return `${said}: too many requests. Wait a little, or set HF_TOKEN.`;
    default:
      return response.status >= 500 ? `${said}: the server has trouble. Try again later.` : `${said}.`;
  }
}

/** Why a request gave no answer at all, as a sentence: `fetch` itself only says "fetch failed". */
export function unreachableReason(error: unknown): string {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return errorMessage(error);
  const code = 'code' in error.cause ? String(error.cause.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `it cannot be reached: the name is not known here (${code}).`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `its certificate is not trusted (${code}). Behind a proxy that reads along, set NODE_EXTRA_CA_CERTS.`;
  }
  return `it cannot be reached (${code === '' ? errorMessage(error.cause) : code}).`;
}
