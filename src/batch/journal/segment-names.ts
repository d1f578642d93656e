/** Names of the files of segments: the number of the segment, and the generation, which grows when failures are retried. */
export interface SegmentName {
  readonly number: number;
  readonly generation: number;
}

const NAME = /^(\d{8,})\.(\d+)\.jsonl$/;

/** `00000042.1.jsonl` */
export function segmentFile({ number, generation }: SegmentName): string {
  return `${segmentPrefix(number)}${generation}.jsonl`;
}

/** How the names of all generations of a segment begin. */
export function segmentPrefix(number: number): string {
  return `${String(number).padStart(8, '0')}.`;
}

/** undefined for the name of another file. */
export function parseSegmentFile(file: string): SegmentName | undefined {
  const match = NAME.exec(file);
  return match === null ? undefined : { number: Number(match[1]), generation: Number(match[2]) };
}

/** The latest generation of each segment among files. */
export function latestGenerations(files: readonly string[]): Map<number, number> {
  const latest = new Map<number, number>();
  for (const file of files) {
    const name = parseSegmentFile(file);
    if (name !== undefined) latest.set(name.number, Math.max(name.generation, latest.get(name.number) ?? 0));
  }
  return latest;
}
