import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** PairRM in PyTorch, in a process that waits between questions (`pytorch_pairrm.py`). */
export class PyTorchPairRm implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  /** Loads the weights of a folder. */
  static async start({
    python,
    folder,
    threads,
  }: {
    python: string;
    folder: string;
    threads: number;
  }): Promise<PyTorchPairRm> {
    const script = join(import.meta.dirname, 'pytorch_pairrm.py');
    const child = spawn(python, [script, folder, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const started = new PyTorchPairRm(child);
    await started.#next();
    return started;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('the process has no output');
    this.#lines = createInterface({ input: child.stdout });
  }

  /** Logits of rows of tokens, `batch` at a time, and the seconds they took. */
  async score(
    rows: readonly (readonly number[])[],
    batch: number,
  ): Promise<{ readonly seconds: number; readonly logits: readonly number[] }> {
    this.#child.stdin?.write(`${JSON.stringify({ rows, batch })}\n`);
    return (await this.#next()) as { seconds: number; logits: readonly number[] };
  }

  async #next(): Promise<unknown> {
    const exited = once(this.#child, 'exit').then(() => {
      throw new Error('PyTorch ended');
    });
    exited.catch(() => {});
    const [line] = (await Promise.race([once(this.#lines, 'line'), exited])) as [string];
    return JSON.parse(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}
