import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { CountingServer } from '../calls/counting-server.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const QUESTIONS = 300;
const KILLS = 8;
/** Two candidates and one pair in both orders. */
const CALLS = 4 * QUESTIONS;

/** A model whose answer depends on the question alone, after a few milliseconds that do as well. */
function startModel() {
  return CountingServer.start(({ model, messages }) => {
    const digest = hash('sha256', JSON.stringify([model, messages]));
    const number = Number.parseInt(digest.slice(0, 4), 16);
    const text = model === 'judge' ? (number % 2 === 0 ? 'A' : 'B') : `${model} answers ${digest.slice(0, 12)}.`;
    return { text, delayMs: number % 9 };
  });
}

/** One run of the job in a process of its own. */
class Run {
  readonly #child: ChildProcess;
  stderr = '';

  constructor(folder: string, server: CountingServer, job: string) {
    const options = ['--model', 'ollama/a', '--model', 'ollama/b', '--ranker', 'judge:ollama/judge', '--no-fusion'];
    const files = ['--input', join(folder, 'in.jsonl'), '--output', join(folder, `${job}.jsonl.zst`)];
    const argv = ['batch', 'ask', ...files, '--job', join(folder, job), ...options, '--segment-size', '40'];
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, [MAIN, ...argv, '--no-cache', '--no-config'], {
      env: { PATH, HOME, OLLAMA_HOST: server.baseURL.replace('/v1', ''), LLM_BLENDER_CACHE: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
  }

  /** @returns the exit code, or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode;
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? signal;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.end();
  }

  /** Calls that it says are made again. */
  get calledAgain(): number {
    return Number(/([\d,]+) calls? to models/.exec(this.stderr)?.[1]?.replaceAll(',', '') ?? 0);
  }
}

test(
  'a job that is killed again and again ends with the same bytes, and only calls under way are paid twice',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'batch-kill-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const questions = Array.from({ length: QUESTIONS }, (_, n) =>
      JSON.stringify({ id: `q${n}`, prompt: `What is ${n}?` }),
    );
    await writeFile(join(folder, 'in.jsonl'), `${questions.join('\n')}\n`);
    await using server = await startModel();

    const whole = new Run(folder, server, 'whole');
    expect(await whole.end()).toBe(0);
    expect(server.requests).toHaveLength(CALLS);
    const expected = await readFile(join(folder, 'whole.jsonl.zst'));
    expect(zstdDecompressSync(expected).toString().split('\n')).toHaveLength(QUESTIONS + 1);

    server.requests.length = 0;
    let calledAgain = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const run = new Run(folder, server, 'killed');
      const goal = server.requests.length + (CALLS * 0.9) / KILLS;
      while (server.requests.length < goal) await delay(1);
      await run.kill();
      calledAgain += run.calledAgain;
    }
    const last = new Run(folder, server, 'killed');
    expect(await last.end()).toBe(0);
    calledAgain += last.calledAgain;

    expect(await readFile(join(folder, 'killed.jsonl.zst'))).toEqual(expected);
    // Each run says how many calls were under way in the one before, and no other call is made twice.
    expect(server.requests.length - CALLS).toBeLessThanOrEqual(calledAgain);
    expect(calledAgain).toBeGreaterThan(0);
    // 16 records in work have two calls each under way at most.
    expect(calledAgain).toBeLessThanOrEqual(KILLS * 32);
  },
);
