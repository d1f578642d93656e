import { findPackageJSON } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './check.ts';
import { runChild } from './run-child.ts';

/** Loading takes less than a second; a machine that is busy may take longer. */
const TIMEOUT_MS = 15_000;

/** `.ts` in a checkout, `.js` when built. */
const PROGRAM = fileURLToPath(new URL(`./load-runtime${extname(import.meta.url)}`, import.meta.url));

const NAME = 'Local runtime';
const INSTALL = 'npm install node-llama-cpp';

/**
 * node-llama-cpp: installed, and its native binding loads here. That is tried in a process of its own, since a binding
 * that does not fit the machine ends the process without a word.
 */
export async function checkRuntime({
  env,
  abortSignal,
}: {
  env: Environment;
  abortSignal: AbortSignal;
}): Promise<CheckResult> {
  if (!isInstalled()) {
    return {
      name: NAME,
      status: 'fail',
      detail: 'node-llama-cpp is not installed',
      help: `Models of local/ need it: ${INSTALL}`,
    };
  }
  const { problem } = await runChild(process.execPath, [PROGRAM], { env, timeoutMs: TIMEOUT_MS, abortSignal });
  if (problem === undefined)
    return { name: NAME, status: 'ok', detail: 'node-llama-cpp is installed and its native binding loads' };
  return {
    name: NAME,
    status: 'fail',
    detail: `node-llama-cpp is installed, but its native binding does not load: ${problem}`,
    help: `Install it again, with the optional packages it comes with: ${INSTALL}`,
  };
}

function isInstalled(): boolean {
  try {
    return findPackageJSON('node-llama-cpp', import.meta.url) !== undefined;
  } catch {
    return false;
  }
}
