import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CountingServer } from '../calls/counting-server.ts';
import { codeBlocks } from '../e2e/__fixtures__/code-blocks.ts';

const root = join(import.meta.dirname, '../..');

test('every command of the guide to cost runs, and does what the guide says', { timeout: 240_000 }, async () => {
  await using server = await CountingServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'cost-document-'));
  try {
    const config = join(folder, 'blender.config.json');
    const openai = { api: 'openai-compatible', baseURL: server.baseURL };
    await writeFile(config, JSON.stringify({ providers: { openai } }));
    await writeFile(join(folder, 'questions.jsonl'), '{"instruction":"Why?","candidates":["So.","Because."]}\n');
    const env = { ...process.env, LLM_BLENDER_CACHE: folder, LLM_BLENDER_CONFIG: config, OPENAI_API_KEY: 'none' };
    const guide = await readFile(join(root, 'docs/cost.md'), 'utf8');
    const commands = codeBlocks(guide, 'sh')
      .flatMap((block) => block.split('\n'))
      .filter((line) => line !== '');
    const spent: (readonly [string, number])[] = [];
    for (const command of commands) {
      const before = server.requests.length;
      const blender = `llm-blender() { "${process.execPath}" "${join(root, 'src/cli/main.ts')}" "$@"; }`;
      await promisify(execFile)('bash', ['-c', `${blender}; ${command}`], { env, cwd: folder });
      spent.push([command.replace(/.*gpt-5-mini ?/, '').trim(), server.requests.length - before]);
    }
    expect(spent).toEqual([
      ['--samples 2', 3],
      ['--estimate', 0],
      ['--estimate', 0],
      ['--estimate --json', 0],
      ['# asks', 1],
      ['# does not', 0],
      ['--no-cache # asks again', 1],
      ['llm-blender cache info', 0],
      ['llm-blender cache clear', 0],
      ['--samples 5 --max-calls 4', 4],
      // The four answers of the line before come from the cache.
      ['--samples 5 --max-cost 0.01', 2],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
