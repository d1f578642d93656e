import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cachedPython } from '../../cached-python.ts';
import { type Script, ScriptedUpstream, type UpstreamRequest } from '../scripted-upstream.ts';
import { serve } from '../serve.ts';

const run = promisify(execFile);

/** Seconds of silence of the upstream: longer than any proxy or client should mind. */
const SILENCE = Number(process.env['OFFICIAL_CLIENTS_SILENCE'] ?? 40);

/** What the question asks the upstream to do. */
function script({ model, messages, tools }: UpstreamRequest): Script {
  const asked = JSON.stringify(messages);
  if (asked.includes('late failure')) return { status: 500, silenceMs: 500 };
  if (asked.includes('fail')) return { status: 500 };
  if (asked.includes('"role":"tool"')) return { text: 'It has 24 degrees in Rome, which is warm.' };
  if (tools !== undefined) return { calls: [{ name: 'weather', arguments: '{"city":"Rome"}' }] };
  if (asked.includes('json')) return { text: '{"city": "Rome"}' };
  const text = `The answer of ${model}, with a reason.`;
  return asked.includes('silence') && model === 'a' ? { text, silenceMs: SILENCE * 1000 } : { text };
}

/** What `javascript-clients.mjs` needs. */
const PACKAGES = ['@langchain/core@1.4.0', '@langchain/openai@1.5.8', 'cohere-ai@8.1.0'];

test('official clients in JavaScript that are no part of the tests', { timeout: 900_000 }, async () => {
  const folder = join(import.meta.dirname, '../../../node_modules/.cache/official-clients-js');
  await mkdir(folder, { recursive: true });
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...PACKAGES], { maxBuffer: 64e6 });
  await using upstream = await ScriptedUpstream.start(script);
  await using server = await serve(upstream);
  const program = join(import.meta.dirname, 'javascript-clients.mjs');
  const { stdout } = await run(process.execPath, [program, server.url, String(SILENCE)], { cwd: folder });
  expect(stdout.trim().split('\n')).toHaveLength(8);
});

test('official clients in Python', { timeout: 900_000 }, async () => {
  const python = await cachedPython('official-clients', [join(import.meta.dirname, 'requirements.txt')]);
  await using upstream = await ScriptedUpstream.start(script);
  await using server = await serve(upstream);
  const program = join(import.meta.dirname, 'python_clients.py');
  const { stdout } = await run(python, [program, server.url, String(SILENCE)]);
  expect(stdout.trim().split('\n')).toHaveLength(10);
  expect(server.notes).not.toMatch(/ 500 /);
});
