import { join, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../errors.ts';
import { PYTHON_COMMANDS, runChild } from '../io/run-child.ts';
import type { Environment } from '../io/terminal.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { OutputStream } from '../io/output.ts';
import { cleanText } from '../render/text.ts';

/** The training programs, beside `src/` and `dist/`. */
const TRAINING_FOLDER = fileURLToPath(new URL('../../../training', import.meta.url));

const REQUIREMENTS = join(TRAINING_FOLDER, 'requirements.txt');

/** Nothing is imported from the folder the user happens to be in, and text is UTF-8 on every platform. */
const PYTHON_SETTINGS = { PYTHONSAFEPATH: '1', PYTHONUTF8: '1', PYTHONUNBUFFERED: '1' } as const;

/** Importing is not tried: torch alone takes seconds, and its own error then says more. */
const TIMEOUT_MS = 20_000;

/** Prints one line: the version of Python, then the packages of the requirements that are not installed. */
const PROBE = `
import sys
from importlib.metadata import PackageNotFoundError, version
missing = []
for line in open(sys.argv[1]):
    name = line.split('==')[0].strip()
    try:
        name and version(name)
    except PackageNotFoundError:
        missing.append(name)
print('python', '.'.join(map(str, sys.version_info[:3])), *missing)
`;

/** A Python 3.11 or newer with what training needs, as the words that start it. @throws CommandError that says how to get it. */
export async function findPython({
  python,
  env,
  abortSignal,
}: {
  /** The one to use; default: whichever is found first. */
  python: string | undefined;
  env: Environment;
  abortSignal: AbortSignal;
}): Promise<readonly string[]> {
  const commands = python === undefined ? PYTHON_COMMANDS : [[python] as const];
  let problem = python === undefined ? 'Python 3.11 or newer was not found.' : `${python} could not be run as Python.`;
  for (const command of commands) {
    const [program, ...first] = command;
    const { stdout } = await runChild(program, [...first, '-c', PROBE, REQUIREMENTS], {
      env: { ...env, ...PYTHON_SETTINGS },
      timeoutMs: TIMEOUT_MS,
      abortSignal,
    });
    const [, major, minor, missing] = /^python (\d+)\.(\d+)\.\S*(.*)$/m.exec(stdout) ?? [];
    if (missing === undefined) continue;
    const name = command.join(' ');
    if (Number(major) !== 3 || Number(minor) < 11) {
      problem = `${name} is Python ${major}.${minor}; training needs 3.11 or newer.`;
    } else if (missing.trim() === '') {
      return command;
    } else {
      problem = `${name} lacks these packages: ${missing.trim().split(' ').join(', ')}.`;
      break;
    }
  }
  const made = process.platform === 'win32' ? 'training-env\\Scripts\\python.exe' : 'training-env/bin/python';
  throw new CommandError(
    [
      problem,
      'Install the packages into a virtual environment, once:',
      `  ${process.platform === 'win32' ? 'py -3' : 'python3'} -m venv training-env`,
      `  ${made} -m pip install -r "${REQUIREMENTS}"`,
      `and use it: llm-blender train --python ${made} …`,
      'PyTorch is large; its CPU build is enough, and https://pytorch.org says how to get only that.',
    ].join('\n'),
  );
}

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
  env,
  stderr,
  abortSignal,
}: {
  /** The words that start Python. */
  python: readonly string[];
  args: readonly string[];
  env: Environment;
  stderr: OutputStream;
  abortSignal: AbortSignal;
}): Promise<number | null> {
  abortSignal.throwIfAborted();
  const [program = '', ...first] = python;
  const child = spawn(program, [...first, '-m', 'ranker.train', ...args], {
    env: {
      ...env,
      ...PYTHON_SETTINGS,
      PYTHONPATH: [TRAINING_FOLDER, env['PYTHONPATH']].filter(Boolean).join(delimiter),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.write(cleanText(text)));
  const closed = once(child, 'close');
  let patience: NodeJS.Timeout | undefined;
  const onAbort = () => {
    child.kill('SIGINT');
    patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  };
  abortSignal.addEventListener('abort', onAbort, { once: true });
  try {
    const [exitCode = null]: readonly (number | null)[] = await closed;
    abortSignal.throwIfAborted();
    return exitCode;
  } finally {
    clearTimeout(patience);
    abortSignal.removeEventListener('abort', onAbort);
  }
}
