import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from '../util/environment.ts';

/** Options of {@link runProcess}. */
export interface RunProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** Called with each line of either output. */
  readonly onLine: (line: string) => void;
  readonly abortSignal: AbortSignal;
}

/**
 * Runs a program to its end. Its standard input stays open as long as this process lives, which tells a program that
 * waits for the end of it that its parent was killed.
 *
 * @returns the exit code; null where a signal ended it.
 * @throws the error of the system where it cannot be started (`ENOENT`); the signal's reason on abort, at once, after
 *   the program and all it started have been killed.
 */
export async function runProcess(options: RunProcessOptions): Promise<number | null> {
  const { command, args, cwd, env, onLine, abortSignal } = options;
  abortSignal.throwIfAborted();
  // A group of its own, so that it can be killed as a whole.
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: 'pipe', detached: true, windowsHide: true });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const onAbort = () => {
    killTree(child);
    reject(abortSignal.reason);
  };
  abortSignal.addEventListener('abort', onAbort, { once: true });
  child.once('error', reject);
  child.once('close', resolve);
  // The program may end before it has read what it never gets.
  child.stdin.once('error', () => {});
  try {
    return await promise;
  } finally {
    abortSignal.removeEventListener('abort', onAbort);
  }
}

/** Kills a child that was started `detached`, and everything it started. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}
