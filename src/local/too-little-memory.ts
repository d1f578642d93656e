/** The reason of a load that memory does not suffice for. */
export function tooLittleMemory(neededBytes: number, freeBytes: number): string {
  return `it needs about ${gigabytes(neededBytes)} of memory and ${gigabytes(freeBytes)} are free. Close other programs, or choose a smaller model or a shorter context.`;
}

function gigabytes(bytes: number): string {
  return `${(Math.max(0, bytes) / 1e9).toFixed(1)} GB`;
}
