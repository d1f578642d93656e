import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import type { OutputStream } from '../io/output.ts';
import type { Environment } from '../io/terminal.ts';
import { cleanText } from '../render/clean-text.ts';
import { PYTHON_SETTINGS } from './find-python.ts';

/** After Ctrl-C, a training step that has begun is finished and saved; then patience ends. */
const PATIENCE_MS = 30_000;

/**
 * Runs `python -m ranker.train` to its end; what it says goes to `stderr`.
 *
 * @returns its exit code; null where a signal ended it. @throws the signal's reason on abort, once it has ended.
 */
export async function runTraining({
  python,
  args,
  folder,
  env,
  stderr,
  abortSignal,
}: {
  /** The words that start Python. */
  python: readonly string[];
  args: readonly string[];
  /** Of the training programs. */
  folder: string;
  env: Environment;
  stderr: OutputStream;
  abortSignal: AbortSignal;
}): Promise<number | null> {
  abortSignal.throwIfAborted();
  const [program = '', ...first] = python;
  const child = spawn(program, [...first, '-m', 'ranker.train', ...args], {
    env: { ...env, ...PYTHON_SETTINGS, PYTHONPATH: [folder, env['PYTHONPATH']].filter(Boolean).join(delimiter) },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.write(cleanText(text)));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  let patience: NodeJS.Timeout | undefined;
  const onAbort = () => {
    child.kill('SIGINT');
    patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  };
  abortSignal.addEventListener('abort', onAbort, { once: true });
  try {
    const exitCode = await promise;
    abortSignal.throwIfAborted();
    return exitCode;
  } finally {
    clearTimeout(patience);
    abortSignal.removeEventListener('abort', onAbort);
  }
}
