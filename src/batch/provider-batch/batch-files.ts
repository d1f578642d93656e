import { join } from 'node:path';
import { BATCHES } from '../journal/job-files.ts';

/** The folder of the batches of a job. */
export function batchFolder(job: string): string {
  return join(job, BATCHES);
}

/** What is known of each batch. */
export function batchLogPath(job: string): string {
  return join(batchFolder(job), 'log.jsonl');
}

/** The requests of a batch, as they are sent. */
export function requestsPath(job: string, batch: number): string {
  return join(batchFolder(job), `${padded(batch)}.requests`);
}

/** The end of the names of files of answers. */
export const REPLIES_END = '.replies.jsonl';

/** The answers for the items of a segment. */
export function repliesPath(job: string, segment: number): string {
  return join(batchFolder(job), `${padded(segment)}${REPLIES_END}`);
}

/** The batch of a file of requests. */
export function batchOfRequests(name: string): number | undefined {
  const number = /^(\d+)\.requests$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

function padded(number: number): string {
  return String(number).padStart(8, '0');
}
