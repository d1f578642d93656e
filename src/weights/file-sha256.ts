import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Lower-case hex sha256 of a file. @throws the signal's reason on abort. */
export async function fileSha256(path: string, abortSignal?: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    // Large reads: the default of 64 KiB spends most of its time between reads.
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      hash,
      abortSignal ? { signal: abortSignal } : {},
    );
  } catch (error) {
    // The stream would throw an AbortError of its own.
    abortSignal?.throwIfAborted();
    throw error;
  }
  return hash.digest('hex');
}
