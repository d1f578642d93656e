import { open } from 'node:fs/promises';

/** The first bytes of every GGUF file. */
const MAGIC = Buffer.from('GGUF', 'latin1');

/** True where the file begins as a GGUF file does: cheap, and catches error pages and LFS pointers saved as weights. */
export async function hasGgufMagic(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } finally {
    await handle.close();
  }
}
