import { open } from 'node:fs/promises';

/**
 * Number of weights in a safetensors file according to its header, which must agree with the size of the file.
 *
 * @throws Error where it is incomplete or no such file.
 */
export async function countSafetensorsParameters(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const prefix = Buffer.alloc(8);
    const { bytesRead } = await handle.read(prefix, 0, 8, 0);
    const headerBytes = bytesRead === 8 ? Number(prefix.readBigUInt64LE()) : 0;
    if (headerBytes < 2 || headerBytes > size - 8) throw new Error('it does not begin as a safetensors file does');
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 8);
    const { __metadata__: _, ...tensors } = JSON.parse(header.toString('utf8')) as Record<
      string,
      { shape: number[]; data_offsets: [number, number] }
    >;
    const entries = Object.values(tensors);
    const end = Math.max(0, ...entries.map(({ data_offsets: [, to] }) => to));
    if (8 + headerBytes + end !== size) {
      throw new Error(`it has ${size} bytes where its header asks for ${8 + headerBytes + end}`);
    }
    return entries.reduce((sum, { shape }) => sum + shape.reduce((product, dimension) => product * dimension, 1), 0);
  } finally {
    await handle.close();
  }
}
