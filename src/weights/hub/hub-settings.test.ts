import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { hubCacheDirectory, isOffline, resolveHubEndpoint } from './hub-settings.ts';

// As huggingface_hub reads them.
test.each([
  [{}, join(homedir(), '.cache', 'huggingface', 'hub')],
  [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
  [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
  [{ HF_HOME: '~/h' }, join(homedir(), 'h', 'hub')],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' }, '/new'],
  [{ HF_HOME: '$BIG/h', BIG: '/b' }, '/b/h/hub'],
  [{ HF_HOME: '${BIG}/$MISSING', BIG: '/b' }, '/b/$MISSING/hub'],
])('the cache of %j', (env, expected) => {
  expect(hubCacheDirectory(env)).toBe(resolve(expected));
});

test.each([
  [{}, false],
  [{ HF_HUB_OFFLINE: '1' }, true],
  [{ HF_HUB_OFFLINE: 'yes' }, true],
  [{ HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1' }, false],
  [{ TRANSFORMERS_OFFLINE: 'ON' }, true],
])('%j', (env, expected) => {
  expect(isOffline(env)).toBe(expected);
});

test('the token comes from the variable, else from the file that the login has written', async () => {
  await using folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  await mkdir(home);
  await writeFile(join(home, 'token'), 'token-of-the-home\n');
  await writeFile(join(folder.path, 'elsewhere'), 'token-of-a-path');
  const token = async (env: Record<string, string>) => (await resolveHubEndpoint({ HF_HOME: home, ...env })).token;
  expect(await token({})).toBe('token-of-the-home');
  expect(await token({ HF_TOKEN_PATH: join(folder.path, 'elsewhere') })).toBe('token-of-a-path');
  expect(await token({ HF_TOKEN: ' token-of-the-variable ' })).toBe('token-of-the-variable');
  expect(await token({ HUGGING_FACE_HUB_TOKEN: 'token-of-old' })).toBe('token-of-old');
  expect(await token({ HF_TOKEN: 'x', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  expect(await token({ HF_HOME: folder.path })).toBeUndefined();
});
