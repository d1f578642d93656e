import type { WeightsContext } from './weights-context.ts';

/** Shortest time between two progress reports, in milliseconds: more than anybody can see is only work. */
const INTERVAL_MS = 100;

/** Turns every chunk of a download into a `weights-download` report now and then; the first and last are not left out. */
export function createBytesReporter(
  { tell }: Pick<WeightsContext, 'tell'>,
  source: string,
): (receivedBytes: number, totalBytes: number | undefined) => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastBytes = -1;
  return (receivedBytes, totalBytes) => {
    const now = performance.now();
    if (receivedBytes === lastBytes || (now - lastAt < INTERVAL_MS && receivedBytes !== totalBytes)) return;
    lastAt = now;
    lastBytes = receivedBytes;
    tell({ type: 'weights-download', source, receivedBytes, totalBytes });
  };
}
