import { redactSecrets } from '../util/error-message.ts';
import { type Environment, readVariable } from '../util/environment.ts';

/** Where Hugging Face is, and who asks. */
export interface HubEndpoint {
  /** Without a slash at the end. */
  readonly url: string;
  /** Scheme, host and port: the only place the token is ever sent to. */
  readonly origin: string;
  readonly token: string | undefined;
  /** Blanks out the token, whatever it looks like. */
  redact(text: string): string;
}

/** Reads `HF_ENDPOINT` (a mirror) and `HF_TOKEN`. @throws Error with a sentence where the former is no plain URL. */
export function resolveHubEndpoint(env: Environment): HubEndpoint {
  const text = readVariable(env, 'HF_ENDPOINT') ?? 'https://huggingface.co';
  const token = readVariable(env, 'HF_TOKEN');
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error('HF_ENDPOINT is not a URL that begins with https:// or http://.');
  }
  // The address is quoted in errors and progress lines, where a password has no place.
  if (url.username !== '' || url.password !== '') {
    throw new Error('HF_ENDPOINT must not hold a user name or password. Set HF_TOKEN instead.');
  }
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    origin: url.origin,
    token,
    redact: (message) => redactSecrets(token === undefined ? message : message.replaceAll(token, '[redacted]')),
  };
}

/** Address of one file at one revision. */
export function resolveUrl(
  hub: HubEndpoint,
  { repo, revision, file }: Record<'repo' | 'revision' | 'file', string>,
): URL {
  const parts = [...repo.split('/'), 'resolve', revision, ...file.split('/')];
  return new URL(`${hub.url}/${parts.map(encodeURIComponent).join('/')}`);
}
