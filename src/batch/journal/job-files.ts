import { join } from 'node:path';
import { segmentFile, type SegmentName } from './segment-names.ts';

/** The files of a job, in its folder. */
export const MANIFEST_FILE = 'manifest.json';
export const POSITIONS_FILE = 'positions.json';
export const INDEX_FILE = 'index.jsonl';
export const INPUT_CHECK_FILE = 'input-check.json';
export const LOCK_FILE = 'lock';

/** The folder of finished segments. */
export function segmentFolder(job: string): string {
  return join(job, 'segments');
}

/** The folder of the logs of segments in work. */
export function logFolder(job: string): string {
  return join(job, 'open');
}

/** The log of a segment in work. */
export function logPath(job: string, name: SegmentName): string {
  return join(logFolder(job), segmentFile(name));
}
