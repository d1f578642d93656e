import { openAsBlob } from 'node:fs';
import { replyError } from '../../calls/index.ts';
import type { BatchApi, BatchOutcome, BatchTarget } from './batch-api.ts';
import {
  fieldOf,
  isFinalReply,
  jsonBody,
  listOf,
  MAX_PAGES,
  numberOf,
  send,
  sendForJson,
  sendForLines,
  textOf,
} from './batch-http.ts';

const MEDIA_TYPE = 'application/jsonl';

/** HTTP statuses of the codes of google.rpc.Code that come with single requests. */
const STATUSES: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  16: 401,
};
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;

/** Batches of the Gemini API: a file of requests for one model. */
export const googleBatches: BatchApi = {
  // 2 GB for a file: https://ai.google.dev/gemini-api/docs/batch-api; no number of requests is named there.
  limits: { requests: 50_000, bytes: 2_000_000_000 },
  hasNames: true,
  line: (id, { body }) => `${JSON.stringify({ key: id, request: body })}\n`,

  async prepare({ path, bytes, name }, target) {
    const start = await send(`${originOf(target)}/upload/v1beta/files`, target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(bytes),
        'x-goog-upload-header-content-type': MEDIA_TYPE,
      },
      body: JSON.stringify({ file: { display_name: name } }),
    });
    await start.text();
    const address = start.headers.get('x-goog-upload-url') ?? '';
    // The key goes to the provider alone.
    if (URL.parse(address)?.origin !== new URL(target.access.baseURL).origin) {
      throw replyError({ url: start.url, status: 502, headers: {}, body: 'no address for the upload' });
    }
    const headers = {
      'content-type': MEDIA_TYPE,
      'x-goog-upload-offset': '0',
      'x-goog-upload-command': 'upload, finalize',
    };
    const uploaded = await sendForJson(address, target, { method: 'POST', headers, body: await openAsBlob(path) });
    return textOf(uploaded, 'file', 'name');
  },

  async create(file, { modelId, name }, target) {
    const batch = { displayName: name, inputConfig: { fileName: file } };
    const model = modelId.includes('/') ? modelId : `models/${modelId}`;
    return textOf(await sendForJson(`/${model}:batchGenerateContent`, target, jsonBody({ batch })), 'name');
  },

  async state(id, target) {
    const raw = await sendForJson(`/${id}`, target);
    const state = textOf(raw, 'metadata', 'state').replace(/^(?:BATCH|JOB)_STATE_/, '');
    const message = textOf(raw, 'error', 'message');
    const hasFailed = fieldOf(raw, 'error') !== undefined || state === 'FAILED';
    const stats = fieldOf(raw, 'metadata', 'batchStats');
    return {
      isOver: hasFailed || fieldOf(raw, 'done') === true || ['SUCCEEDED', 'CANCELLED', 'EXPIRED'].includes(state),
      ended: numberOf(stats, 'successfulRequestCount') + numberOf(stats, 'failedRequestCount'),
      refusal: hasFailed
        ? {
            message: message || 'Google gave no reason',
            lines: [],
            isTooMuch: numberOf(raw, 'error', 'code') === 8 || /quota|exhausted/i.test(message),
          }
        : undefined,
      raw,
    };
  },

  async *results(_id, { raw }, target) {
    const output = [fieldOf(raw, 'metadata', 'output'), fieldOf(raw, 'response')];
    for (const place of output) {
      const inline = listOf(place, 'inlinedResponses', 'inlinedResponses');
      for (const line of inline) yield outcomeOf(textOf(line, 'metadata', 'key'), line);
      if (inline.length > 0) return;
    }
    const file = output.map((place) => textOf(place, 'responsesFile')).find(Boolean);
    if (file === undefined) return;
    const path = file.split('/').map(encodeURIComponent).join('/');
    const address = `${originOf(target)}/download/v1beta/${path}:download?alt=media`;
    for await (const line of sendForLines(address, target)) yield outcomeOf(textOf(line, 'key'), line);
  },

  async *list(target) {
    let token = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const batches = await sendForJson(`/batches?pageSize=100${token}`, target);
      for (const batch of listOf(batches, 'operations')) {
        yield {
          id: textOf(batch, 'name'),
          name: textOf(batch, 'metadata', 'displayName') || undefined,
          requests: numberOf(batch, 'metadata', 'batchStats', 'requestCount'),
        };
      }
      const next = textOf(batches, 'nextPageToken');
      if (next === '') return;
      token = `&pageToken=${encodeURIComponent(next)}`;
    }
  },

  async cancel(id, target) {
    await sendForJson(`/${id}:cancel`, target, jsonBody({}));
  },
};

function originOf({ access }: BatchTarget): string {
  return access.baseURL.replace(/\/v1(?:alpha|beta)?$/, '');
}

function outcomeOf(id: string, line: unknown): BatchOutcome {
  const error = fieldOf(line, 'error');
  const response = fieldOf(line, 'response');
  if (error === undefined && response !== undefined) {
    return { id, reply: { status: 200, body: JSON.stringify(response) } };
  }
  const code = numberOf(error, 'code');
  const message = textOf(error, 'message') || 'there is no answer';
  if (code === CANCELLED || code === 499) return { id, unanswered: 'cancelled', message };
  if (code === DEADLINE_EXCEEDED || code === 504) return { id, unanswered: 'expired', message };
  const status = code >= 400 ? code : (STATUSES[code] ?? 500);
  const body = JSON.stringify({ error: { ...(error as object), code: status } });
  return isFinalReply(status, body) ? { id, reply: { status, body } } : { id, unanswered: 'failed', message };
}
