import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const EXAMPLES = 30;

/** Each takes a process that starts and loads its models. */
const KILLS = process.env['LLM_BLENDER_SLOW_TESTS'] === undefined ? 1 : 5;

/** A folder with data and a configuration whose models are behind a real socket, and which answer the same each time. */
async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), 'cli-evaluate-stop-'));
  const server = await CountingServer.start(({ messages }) => {
    const asked = JSON.stringify(messages);
    const isJudged = asked.includes('answer, or tie') || /better/i.test(asked);
    return { text: isJudged ? 'A is better' : `Fused from ${asked.length} characters.`, delayMs: 10 };
  });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const rows = Array.from({ length: EXAMPLES }, (_, n) => ({
    id: `e${n}`,
    instruction: `What is ${n}?`,
    reference: `It is the number ${n}.`,
    candidates: ['x', 'y', 'z'].map((model) => ({ model, text: `${model} says ${'so '.repeat(n % 5)}${n}.` })),
  }));
  await writeFile(join(folder, 'data.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const config = {
    providers: { mine: { baseURL: server.baseURL } },
    prices: { 'mine/a': { inputPerMillion: 1, outputPerMillion: 1 } },
    blends: { mine: { models: ['mine/a'], samples: 2, ranker: 'small', fuser: 'mine/a', topK: 2 } },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return { folder, server };
}

function start(folder: string, output: string, asked: readonly string[]): ChildProcess {
  const common = ['--config', join(folder, 'config.json'), '--no-cache', '--concurrency', '2', '--resamples', '100'];
  const argv = ['evaluate', ...asked, join(folder, 'data.jsonl'), '-o', join(folder, output), ...common];
  return spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function finish(child: ChildProcess): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const [stderr] = await Promise.all([text(child.stderr ?? new ReadableStream()), once(child, 'exit')]);
  return { code: child.exitCode, stderr };
}

/** Waits for so many further requests, or the end of the process. */
async function requests(server: CountingServer, more: number, child: ChildProcess): Promise<void> {
  const until = server.requests.length + more;
  while (server.requests.length < until && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test.each([
  ['models', ['models', '--judge', 'judge:mine/a']],
  ['blend', ['blend', '--blend', 'mine', '--top-k', '1,2']],
  ['blend of the data', ['blend', '--blend', 'mine', '--candidates', 'data', '--top-k', '2,3']],
])('evaluate %s: killed and interrupted, it ends as undisturbed', { timeout: 240_000 }, async (_, asked) => {
  const { folder, server } = await prepare();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = start(folder, 'killed', asked);
    const ended = finish(child);
    await requests(server, 1 + Math.floor(Math.random() * 10), child);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
  }
  const interrupted = start(folder, 'killed', asked);
  const ended = finish(interrupted);
  await requests(server, 2, interrupted);
  interrupted.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr.replaceAll(folder, 'F')).toContain(
    `What is done is kept in F/killed. To go on: llm-blender evaluate ${asked.join(' ')} F/data.jsonl -o F/killed --config`,
  );
  const runs = ['killed', 'whole'];
  for (const run of runs) expect(await finish(start(folder, run, asked))).toMatchObject({ code: 0 });
  for (const name of ['results.json', 'examples.jsonl', 'report.md']) {
    const [killed, whole] = await Promise.all(runs.map((run) => readFile(join(folder, run, name), 'utf8')));
    expect(killed).toBe(whole);
  }
});
