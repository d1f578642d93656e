import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { API_PACKAGES, KNOWN_PROVIDERS } from '../../src/spec/providers.ts';

const root = join(import.meta.dirname, '../..');
const guide = await readFile(join(root, 'docs/providers.md'), 'utf8');

const named = Object.entries(KNOWN_PROVIDERS).flatMap(([name, { endpoint, keyVariables = [] }]) =>
  endpoint === undefined ? [] : [{ name, api: endpoint.api, keyVariables }],
);

test.each(named)('the guide has the package and the keys of $name', ({ name, api, keyVariables }) => {
  const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
  for (const part of [API_PACKAGES[api] ?? 'none needed', ...keyVariables, `${name}/`]) expect(row).toContain(part);
});

test('every package is an optional peer, and installed for the tests', async () => {
  const { dependencies, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  for (const name of Object.values(API_PACKAGES)) {
    if (name === undefined || name in dependencies) continue;
    expect([name, peerDependencies[name]]).toEqual([name, devDependencies[name]]);
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  }
});
