import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchServer } from './batch-server.ts';
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const folder = await mkdtemp(join(tmpdir(), 'pb-'));
const server = await BatchServer.start({ batchMs: 500 });
await writeFile(join(folder, 'in.jsonl'), Array.from({ length: 40 }, (_, n) => JSON.stringify({ id: `q${n}`, prompt: `What is ${n}?` }) + '\n').join(''));
await writeFile(join(folder, 'c.json'), JSON.stringify({ providers: { google: { baseURL: `${server.url}/v1beta` } }, prices: { 'openai/a': { inputPerMillion: 1, outputPerMillion: 10 }, 'anthropic/b': { inputPerMillion: 1, outputPerMillion: 10 }, 'google/gemini': { inputPerMillion: 1, outputPerMillion: 10 }, 'openai/judge': { inputPerMillion: 1, outputPerMillion: 10 } } }));
async function run(job: string, ...more: string[]) {
  const t = Date.now();
  const argv = ['batch', 'ask', '--input', join(folder, 'in.jsonl'), '--output', join(folder, `${job}.jsonl`), '--job', join(folder, job), '--model', 'openai/a', '--model', 'anthropic/b', '--model', 'google/gemini', '--ranker', 'judge:openai/judge', '--fuser', 'anthropic/b', '--segment-size', '16', '--config', join(folder, 'c.json'), '--no-cache', ...more];
  const child = spawn(process.execPath, [MAIN, ...argv], { env: { PATH: process.env.PATH, HOME: process.env.HOME, LLM_BLENDER_CACHE: folder, ...server.env } as never, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  console.log(job, code, Date.now() - t, 'ms; direct', server.direct, 'batches', server.batches.length);
}
await run('direct');
server.direct = 0;
await run('batched', '--provider-batch', ...process.argv.slice(2));
const [a, b] = await Promise.all(['direct', 'batched'].map((n) => readFile(join(folder, `${n}.jsonl`), 'utf8').catch(() => '')));
console.log('same', a === b, a.length, a.split('\n')[0]?.slice(0, 600));
if (a !== b) console.log(b.split('\n')[0]);
const child = spawn(process.execPath, [MAIN, 'batch', 'status', join(folder, 'batched'), '--json'], { stdio: 'inherit' });
await once(child, 'exit');
await server[Symbol.asyncDispose]();
console.log(folder);
