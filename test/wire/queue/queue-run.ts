import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CountingServer, type Reply } from '../../calls/counting-server.ts';

const PACKAGE = join(import.meta.dirname, '../../..');
const MAIN = join(PACKAGE, 'src/cli/main.ts');
/** What is installed, once it is built. */
const BUILT = join(PACKAGE, 'dist/cli/entry.cjs');

/** A command line in a process of its own. */
export class Command {
  readonly #child: ChildProcess;
  stderr = '';
  stdout = '';

  constructor(argv: readonly string[], { env, main = MAIN }: { env: NodeJS.ProcessEnv; main?: string }) {
    this.#child = spawn(process.execPath, [main, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.#child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for a text among its notes. */
  async says(text: string): Promise<void> {
    while (!this.stderr.includes(text)) {
      if (!this.isRunning) throw new Error(`It ended without saying ${text}: ${this.stderr}`);
      await delay(10);
    }
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code, or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals | null> {
    if (this.isRunning) await once(this.#child, 'exit');
    return this.#child.exitCode ?? this.#child.signalCode;
  }
}

/** A job over questions about numbers, and the model that answers them. */
export class QueueRun implements AsyncDisposable {
  readonly folder: string;
  readonly model: CountingServer;
  /** What the model does instead of answering. */
  reply: (prompt: string, index: number) => Reply | undefined = () => undefined;
  readonly #main: string;
  readonly #commands: Command[] = [];

  private constructor(folder: string, model: CountingServer, main: string) {
    this.folder = folder;
    this.model = model;
    this.#main = main;
  }

  /**
   * @param options.delayMs Most milliseconds that an answer takes besides `waitMs`.
   * @param options.candidates Of each record; with one there is nothing to compare. Default: the records are questions.
   * @param options.built Whether commands are those of `dist/`.
   */
  static async start({
    questions = 120,
    delayMs = 20,
    waitMs = 0,
    candidates,
    built = false,
  }: {
    readonly questions?: number;
    readonly delayMs?: number;
    readonly waitMs?: number;
    readonly candidates?: readonly string[];
    readonly built?: boolean;
  } = {}): Promise<QueueRun> {
    const folder = await mkdtemp(join(tmpdir(), 'queue-run-'));
    const input = createWriteStream(join(folder, 'in.jsonl'));
    for (let n = 0; n < questions; n += 1) {
      const asked = `What is ${n}?`;
      const record = candidates === undefined ? { id: n, prompt: asked } : { id: n, instruction: asked, candidates };
      if (!input.write(`${JSON.stringify(record)}\n`)) await once(input, 'drain');
    }
    input.end();
    await once(input, 'finish');
    let run: QueueRun | undefined;
    const model = await CountingServer.start(({ messages }, index) => {
      const digest = hash('sha256', JSON.stringify(messages));
      const given = run?.reply(String(messages.at(-1)?.content), index);
      if (given !== undefined) return given;
      return {
        text: `It is ${digest.slice(0, 12)}.`,
        delayMs: waitMs + (Number.parseInt(digest.slice(0, 4), 16) % delayMs),
      };
    });
    run = new QueueRun(folder, model, built ? BUILT : MAIN);
    return run;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  command(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
    const { PATH = '' } = process.env;
    const base = { PATH, HOME: this.folder, LLM_BLENDER_CACHE: this.folder };
    const command = new Command(argv, {
      env: { ...base, OLLAMA_HOST: this.model.baseURL.replace('/v1', ''), ...env },
      main: this.#main,
    });
    this.#commands.push(command);
    return command;
  }

  /** The command that begins the job. Its output is in `NAME.jsonl`. */
  batch(name: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Command {
    const files = ['--input', this.path('in.jsonl'), '--output', this.path(`${name}.jsonl`), '--job', this.path(name)];
    const settings = ['--model', 'ollama/a', '--no-config', '--segment-size', '10'];
    return this.command(['batch', 'ask', ...files, ...settings, ...more], env);
  }

  /** The same for a job that ranks its records. */
  rank(name: string, more: readonly string[] = []): Command {
    const files = ['--input', this.path('in.jsonl'), '--output', this.path(`${name}.jsonl`), '--job', this.path(name)];
    return this.command(['batch', 'rank', ...files, '--no-config', ...more]);
  }

  worker(url: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Command {
    const settings = ['--no-config', '--no-cache', '--concurrency', '4', '--lease', '1'];
    return this.command(['worker', '--queue', url, ...settings, ...more], env);
  }

  output(name: string): Promise<string> {
    return readFile(this.path(`${name}.jsonl`), 'utf8');
  }

  /** The output of the same job on one machine. */
  async expected(): Promise<string> {
    await this.batch('one-machine', ['--no-cache', '--concurrency', '16']).end();
    return this.output('one-machine');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const command of this.#commands) {
      command.kill('SIGCONT');
      command.kill();
      await command.end();
    }
    await this.model[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
