import type { HubResponse } from './hub-request.ts';
import type { Expected } from './verification.ts';

/** Brings together what is pinned, what Hugging Face states, and what the answer says; contradictions end it early. */
export function agreeOnFile(expected: Expected, { response, linked }: HubResponse, from: number): Expected {
  if (response.status === 206 && !response.headers.get('content-range')?.startsWith(`bytes ${from}-`)) {
    throw new Error('it sent another range than the one asked for.');
  }
  if (expected.sha256 !== undefined && linked.sha256 !== undefined && expected.sha256 !== linked.sha256) {
    throw new Error(`it states the sha256 ${linked.sha256} where ${expected.sha256} is expected.`);
  }
  const sha256 = expected.sha256 ?? linked.sha256;
  if (sha256 === undefined)
    throw new Error('it states no sha256 for the file, so that the download could not be checked.');
  const stated = linked.bytes ?? contentBytes(response, from);
  if (expected.bytes !== undefined && stated !== undefined && expected.bytes !== stated) {
    throw new Error(`its file has ${stated} bytes where ${expected.bytes} are expected.`);
  }
  return { sha256, bytes: expected.bytes ?? stated };
}

/** Size of the whole file as the answer gives it. */
function contentBytes(response: Response, from: number): number | undefined {
  const total = response.headers.get('content-range')?.match(/\/(\d+)$/)?.[1];
  if (total !== undefined) return Number(total);
  const length = response.headers.get('content-length');
  return length === null || response.headers.has('content-encoding') ? undefined : from + Number(length);
}
