import { hash } from 'node:crypto';
import type { CapturedRequest } from '../../spec/batch-access.ts';

/** Hexadecimal digits of a hash: within one item and one job, 64 bits do not collide. */
const DIGITS = 16;

/**
 * Names a request for its provider: at most 64 of `A-Za-z0-9_-`. The item comes first, then the call, then what exactly
 * is asked, which changes where a model refuses a setting. No two jobs have one in common.
 */
export function requestId(job: string, index: number, key: string, { body, beta }: CapturedRequest): string {
  return `${callId(job, index, key)}-${short([beta, body])}`;
}

/** The beginning of the ids of all requests that come of one call. */
export function callId(job: string, index: number, key: string): string {
  return `${index}-${short([job, key])}`;
}

/** The call of a request. */
export function callOf(id: string): string {
  return id.slice(0, -DIGITS - 1);
}

/** The item of a request. */
export function indexOf(id: string): number {
  return Number.parseInt(id, 10);
}

/** The id in a line of a file of requests, whatever its form. */
export function idInLine(line: string): string {
  const id = /"(?:custom_id|key)":"([\w-]+)"/.exec(line)?.[1] ?? '';
  // A copy: a part of a text keeps the whole line in memory.
  return Buffer.from(id, 'latin1').toString('latin1');
}

/** A number for an id, of which no two in one job are the same by chance. */
export function idNumber(id: string): number {
  return Number.parseInt(hash('sha256', id).slice(0, 13), 16);
}

function short(value: unknown): string {
  return hash('sha256', JSON.stringify(value)).slice(0, DIGITS);
}
