import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { cachedPython } from '../cached-python.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import { serve } from './serve.ts';

const run = promisify(execFile);

/** Made-up requests for each route, besides those at the edges of the schemas; some minutes at 300. */
const EXAMPLES = process.env['SCHEMATHESIS_EXAMPLES'];

let python = '';
beforeAll(async () => {
  python = await cachedPython('schemathesis-env', [join(import.meta.dirname, 'requirements-schemathesis.txt')]);
});

test('every answer to made-up requests is one that the OpenAPI document has', { timeout: 900_000 }, async () => {
  await using upstream = await ScriptedUpstream.start(({ model }) => ({ text: `The answer of ${model}.` }));
  await using server = await serve(upstream);
  const folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { stdout } = await run(
    python,
    [
      join(dirname(python), 'schemathesis'),
      '--config-file',
      join(import.meta.dirname, 'schemathesis.toml'),
      'run',
      `${server.url}/openapi.json`,
      '--checks',
      'all',
      '--seed',
      '1',
      '--continue-on-failure',
      '--phases',
      EXAMPLES === undefined ? 'examples,coverage' : 'examples,coverage,fuzzing,stateful',
      '--max-examples',
      EXAMPLES ?? '1',
    ],
    { cwd: folder, maxBuffer: 64e6 },
  ).catch((error: { stdout?: string; stderr?: string }) => ({ stdout: `${error.stdout}${error.stderr}` }));
  expect(stdout).toMatch(/\d+ generated, \d+ passed\n/);
  expect(server.notes).not.toContain('error:');
  // Equal questions are asked once.
  expect(upstream.requests.length).toBeGreaterThan(5);
});
