import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { codeBlocks } from '../../test/e2e/__fixtures__/code-blocks.ts';
import { loadConfig } from './load-config.ts';

const ROOT = join(import.meta.dirname, '../..');
const guide = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8');

test('the examples in YAML and JSON load', async () => {
  const load = (folder: string) => loadConfig({ cwd: join(ROOT, 'examples/config', folder), env: {} });
  expect(Object.keys((await load('yaml')).blends ?? {})).toEqual(['everyday', 'offline']);
  expect((await load('json')).defaults).toEqual({ blend: 'lab' });
});

test('the example in TypeScript loads, with what the other two cannot hold', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    // The example imports the package by its name, which without a build is the source.
    registerHooks({ resolve: (name, context, next) =>
      next(name === 'llm-blender' ? '${pathToFileURL(join(ROOT, 'src/index.ts')).href}' : name, context) });
    const { loadConfig } = await import('${pathToFileURL(join(import.meta.dirname, 'index.ts')).href}');
    const { rankers, providers } = await loadConfig();
    console.log(JSON.stringify([typeof rankers.short.doCompare, providers.team.headers]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(ROOT, 'examples/config/typescript'),
    env: { TEAM_KEY: 'not-a-real-key-8d41' },
  });
  expect(JSON.parse(stdout)).toEqual(['function', { 'x-team-key': 'not-a-real-key-8d41' }]);
});

test('the configuration in the guide loads, and its mistakes are reported as the guide says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'blender.config.yaml');
  const [yaml = ''] = codeBlocks(guide, 'yaml');
  await writeFile(file, yaml);
  expect((await loadConfig({ file, env: {} })).defaults).toEqual({ blend: 'everyday', timeoutMs: 60_000 });
  await writeFile(file, yaml.replace('temperature: 0.7', 'temperatur: 1').replace('[flash,', '[fash,'));
  const error: unknown = await loadConfig({ file, env: {} }).catch((reason: unknown) => reason);
  const [, ...told] = String((error as Error).message).split('\n');
  expect(told).toHaveLength(2);
  for (const line of told) expect(guide).toContain(line);
});
