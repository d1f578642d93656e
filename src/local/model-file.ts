import { open } from 'node:fs/promises';
import { ModelLoadError } from '../error/index.ts';
import { tooLittleMemory } from './too-little-memory.ts';

/** First bytes of every GGUF file. */
const MAGIC = 'GGUF';

/**
 * Size of a GGUF file in bytes. Says what can be said without starting the runtime.
 *
 * @throws ModelLoadError where there is none, it is something else, or it is larger than the free memory.
 */
export async function checkModelFile({
  reference,
  path,
  freeBytes,
}: {
  reference: string;
  path: string;
  freeBytes: number;
}): Promise<number> {
  const fail = (reason: string, cause?: unknown) => new ModelLoadError({ reference, path, reason, cause });
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw fail(missing ? 'there is no such file.' : 'the file cannot be opened.', cause);
  }
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw fail('it is a folder, not a GGUF file.');
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAGIC.length), position: 0 });
    if (buffer.toString('latin1', 0, bytesRead) !== MAGIC) throw fail('it is not a GGUF file.');
    if (stats.size > freeBytes) throw fail(tooLittleMemory(stats.size, freeBytes));
    return stats.size;
  } finally {
    await file.close();
  }
}
