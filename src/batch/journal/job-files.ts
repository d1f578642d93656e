import { join } from 'node:path';
import { segmentFile, type SegmentName } from './segment-names.ts';

/** The files of a job, in its folder. */
export const MANIFEST_FILE = 'manifest.json';
export const POSITIONS_FILE = 'positions.json';
export const INDEX_FILE = 'index.jsonl';
export const INPUT_CHECK_FILE = 'input-check.json';
/** What a job of a queue has spent. */
export const SPENDING_FILE = 'spending.json';
export const LOCK_FILE = 'lock';
/** For the program that runs the job, such as where its files are. */
export const COMMAND_FILE = 'paths.json';
const SEGMENTS = 'segments';
const OPEN = 'open';
/** The folder of batches at providers. */
export const BATCHES = 'batches';
const WORK = 'work';

const NAMES = new Set([
  COMMAND_FILE,
  MANIFEST_FILE,
  POSITIONS_FILE,
  INDEX_FILE,
  INPUT_CHECK_FILE,
  LOCK_FILE,
  SPENDING_FILE,
  `${SPENDING_FILE}.tmp`,
  SEGMENTS,
  OPEN,
  BATCHES,
  WORK,
]);

/** True for the name of a file of a job, or what a killed process left of one. */
export function isJobFile(name: string): boolean {
  return NAMES.has(name) || name.startsWith('.') || name.startsWith(`${LOCK_FILE}-`);
}

/** The folder of finished segments. */
export function segmentFolder(job: string): string {
  return join(job, SEGMENTS);
}

/** The folder of the logs of segments in work. */
export function logFolder(job: string): string {
  return join(job, OPEN);
}

/** The log of a segment in work. */
export function logPath(job: string, name: SegmentName): string {
  return join(logFolder(job), segmentFile(name));
}

/** The folder of the ranges that workers of a queue have in work, each a job of its own. */
export function workFolder(job: string): string {
  return join(job, WORK);
}
