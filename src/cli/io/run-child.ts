import { execFile } from 'node:child_process';
import type { Environment } from './terminal.ts';

/** The usual ways to start Python 3, tried in this order. */
export const PYTHON_COMMANDS: readonly (readonly [string, ...string[]])[] = [['python3'], ['python'], ['py', '-3']];

/** How a short-lived child ended. */
export interface ChildOutcome {
  /** Undefined where it ended well. */
  readonly problem: string | undefined;
  readonly stdout: string;
}

/** Runs a program for a short time and never throws, except the signal's reason on abort. It is gone afterwards. */
export async function runChild(
  command: string,
  args: readonly string[],
  { env, timeoutMs, abortSignal }: { env: Environment; timeoutMs: number; abortSignal: AbortSignal },
): Promise<ChildOutcome> {
  abortSignal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<ChildOutcome>();
  const child = execFile(
    command,
    [...args],
    { env: { ...env }, timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true, signal: abortSignal },
    (error, stdout, stderr) => {
      if (error === null) resolve({ problem: undefined, stdout });
      else if (error.killed === true) resolve({ problem: `no answer within ${timeoutMs / 1000} s`, stdout });
      else if (typeof error.signal === 'string') resolve({ problem: `ended by ${error.signal}`, stdout });
      else resolve({ problem: lastLine(stderr) ?? error.message, stdout });
    },
  );
  child.stdin?.end();
  const outcome = await promise;
  abortSignal.throwIfAborted();
  return outcome;
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)?.trim() || undefined;
}
