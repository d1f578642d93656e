import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Environment, readVariable } from '../../util/environment.ts';
import { rememberSecret } from '../../util/known-secrets.ts';
import { expandHome } from '../cache-directory.ts';

/** Where Hugging Face is, and who asks. */
export interface HubEndpoint {
  /** Without a slash at the end. */
  readonly url: string;
  /** Scheme, host and port: the only place the token is ever sent to. */
  readonly origin: string;
  readonly token: string | undefined;
}

/**
 * Reads `HF_ENDPOINT` (a mirror), and the token from where Python keeps it. The token is blanked out of messages from
 * then on.
 *
 * @throws Error with a sentence where `HF_ENDPOINT` is no plain URL.
 */
export async function resolveHubEndpoint(env: Environment): Promise<HubEndpoint> {
  const url = URL.parse(readVariable(env, 'HF_ENDPOINT') ?? 'https://huggingface.co');
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error('HF_ENDPOINT is not a URL that begins with https:// or http://.');
  }
  // The address is quoted in errors and progress lines, where a password has no place.
  if (url.username !== '' || url.password !== '') {
    throw new Error('HF_ENDPOINT must not hold a user name or password. Set HF_TOKEN instead.');
  }
  const token = await readToken(env);
  if (token !== undefined) rememberSecret(token);
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), origin: url.origin, token };
}

/** `HF_TOKEN`, else the file that `hf auth login` writes; none where the user wants none to be sent unasked. */
async function readToken(env: Environment): Promise<string | undefined> {
  if (isSwitchedOn(env, 'HF_HUB_DISABLE_IMPLICIT_TOKEN')) return undefined;
  const given = readVariable(env, 'HF_TOKEN') ?? readVariable(env, 'HUGGING_FACE_HUB_TOKEN');
  const path = readPath(env, 'HF_TOKEN_PATH') ?? join(hubHome(env), 'token');
  const token = given ?? (await readFile(path, 'utf8').catch(() => ''));
  return token.replace(/[\r\n]/g, '').trim() || undefined;
}

/** The cache that is shared with Python, where huggingface_hub has it. Absolute. */
export function hubCacheDirectory(env: Environment): string {
  const directory = readPath(env, 'HF_HUB_CACHE') ?? readPath(env, 'HUGGINGFACE_HUB_CACHE');
  return resolve(directory ?? join(hubHome(env), 'hub'));
}

/** True where the user wants no request to be made. */
export function isOffline(env: Environment): boolean {
  return isSwitchedOn(
    env,
    readVariable(env, 'HF_HUB_OFFLINE') === undefined ? 'TRANSFORMERS_OFFLINE' : 'HF_HUB_OFFLINE',
  );
}

/** A switch as huggingface_hub reads it. */
export function isSwitchedOn(env: Environment, name: string): boolean {
  return /^(?:1|on|yes|true)$/i.test(readVariable(env, name) ?? '');
}

function hubHome(env: Environment): string {
  const caches = readPath(env, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache');
  return readPath(env, 'HF_HOME') ?? join(caches, 'huggingface');
}

/** A path in which `~` and variables are replaced, as Python does. */
function readPath(env: Environment, name: string): string | undefined {
  const text = readVariable(env, name)?.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (all, braced, bare) => env[braced ?? bare] ?? all,
  );
  return text === undefined ? undefined : expandHome(text);
}
