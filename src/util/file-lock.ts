import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { InvalidArgumentError } from '../error/index.ts';
import { errorCode } from './error-message.ts';
import { mergeAbortSignals } from './merge-abort-signals.ts';
import { raceAbort } from './race-abort.ts';

/** A lock whose process gave no sign of life for this long belongs to nobody (it was killed). */
const STALE_MS = 10_000;
/** How often the holder gives a sign of life. Far below the above, for machines that are busy or asleep. */
const UPDATE_MS = 2000;
/** Shortest and longest pause between two looks at a lock that another holds. */
const POLL_MS = [100, 300] as const;

/** Options of {@link withFileLock}. */
export interface FileLockOptions<VALUE> {
  /** The file the lock is about. It need not exist; its folder must. */
  readonly path: string;
  /** Called once, when another process is found to hold the lock. */
  readonly onWaiting?: () => void;
  /** Looked at while waiting: a value other than undefined ends the wait without the lock. */
  readonly isDone?: () => Promise<VALUE | undefined>;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other process that uses the same path does.
 *
 * The signal given to `work` also aborts when the lock is lost, which happens where this process was stopped for
 * longer than the lock lives and another took over; the work is then begun again from the start.
 *
 * @throws the signal's reason on abort.
 */
export async function withFileLock<VALUE>(
  options: FileLockOptions<VALUE>,
  work: (signal: AbortSignal) => Promise<VALUE>,
): Promise<VALUE> {
  const { path, abortSignal } = options;
  let hasReported = false;
  for (;;) {
    abortSignal?.throwIfAborted();
    const lost = new AbortController();
    const release = await tryLock(path, () => lost.abort(new Error('Another process took over the lock.')));
    if (release === undefined) {
      if (!hasReported) options.onWaiting?.();
      hasReported = true;
      const [shortest, longest] = POLL_MS;
      await raceAbort(delay(shortest + Math.random() * (longest - shortest)), abortSignal);
      const done = await options.isDone?.();
      if (done !== undefined) return done;
      continue;
    }
    try {
      return await work(mergeAbortSignals(abortSignal, lost.signal) ?? lost.signal);
    } catch (error) {
      if (!lost.signal.aborted || abortSignal?.aborted) throw error;
    } finally {
      // A lock that was lost is no longer ours to release.
      await release().catch(() => {});
    }
  }
}

/**
 * One try; undefined where another holds the lock. Tries follow one another behind a second, very short lock: two
 * processes that at the same moment find a lock to be stale would otherwise each remove it, the later one removing the
 * fresh lock of the earlier.
 */
async function tryLock(path: string, onLost: () => void): Promise<(() => Promise<void>) | undefined> {
  const leave = await tryPlainLock(`${path}.try`, () => {});
  if (leave === undefined) return undefined;
  try {
    return await tryPlainLock(path, onLost);
  } finally {
    await leave().catch(() => {});
  }
}

async function tryPlainLock(path: string, onLost: () => void): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, { realpath: false, stale: STALE_MS, update: UPDATE_MS, onCompromised: onLost });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ELOCKED') return undefined;
    // A lock is a folder that is made: where that fails, nothing else could be written either.
    throw new InvalidArgumentError({
      parameter: 'folder',
      value: dirname(path),
      message: `it cannot be written${code === undefined ? '' : ` (${code})`}.`,
      cause: error,
    });
  }
}
