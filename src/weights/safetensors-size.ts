import { readSafetensorsHeader } from '../util/safetensors.ts';

/**
 * Number of weights in a safetensors file according to its header, which must agree with the size of the file.
 *
 * @throws Error where it is incomplete or no such file.
 */
export async function countSafetensorsParameters(path: string): Promise<number> {
  const tensors = [...(await readSafetensorsHeader(path)).values()];
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, dimension) => product * dimension, 1), 0);
}
