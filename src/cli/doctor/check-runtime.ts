import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './checks.ts';
import { runChild } from '../io/run-child.ts';

/** Loading takes less than a second; a machine that is busy may take longer. */
const TIMEOUT_MS = 15_000;

/** `.ts` in a checkout, `.js` when built. */
const PROGRAM = fileURLToPath(new URL(`./load-runtime${extname(import.meta.url)}`, import.meta.url));

/** The native runtimes, each an optional peer of this package. */
const RUNTIMES = {
  'node-llama-cpp': {
    name: 'Local runtime',
    need: 'Models of local/ need it',
    install: 'npm install node-llama-cpp',
  },
  'onnxruntime-node': {
    name: 'Ranker runtime',
    need: 'The trained ranker needs it',
    install: 'npm install onnxruntime-node --ignore-scripts',
  },
} as const;

/**
 * A native runtime: installed, and its binding loads here. That is tried in a process of its own, since a binding that
 * does not fit the machine ends the process without a word.
 */
export async function checkRuntime(
  runtime: keyof typeof RUNTIMES,
  { env, abortSignal }: { env: Environment; abortSignal: AbortSignal },
): Promise<CheckResult> {
  const { name, need, install } = RUNTIMES[runtime];
  const { problem, stdout } = await runChild(process.execPath, [PROGRAM, runtime], {
    env,
    timeoutMs: TIMEOUT_MS,
    abortSignal,
  });
  if (problem === undefined)
    return { name, status: 'ok', detail: `${runtime} is installed and its native binding loads` };
  if (stdout === 'missing') {
    return { name, status: 'fail', detail: `${runtime} is not installed`, help: `${need}: ${install}` };
  }
  return {
    name,
    status: 'fail',
    detail: `${runtime} is installed, but its native binding does not load: ${problem}`,
    help: `Install it again, with the optional packages it comes with: ${install}`,
  };
}
