import type { BatchApi, BatchOutcome, BatchRefusal, BatchTarget } from './batch-api.ts';
import {
  excessIn,
  fieldOf,
  fileBody,
  isOfApi,
  jsonBody,
  listOf,
  MAX_PAGES,
  numberOf,
  oddReply,
  outcomeOfReply,
  send,
  sendForId,
  sendForJson,
  sendForLines,
  stopOf,
  textOf,
} from './batch-http.ts';

const MEDIA_TYPE = 'application/jsonl';

/** The codes of google.rpc.Code that come with single requests, their names and HTTP statuses. */
const CODES = [
  [1, 'CANCELLED', 499],
  [3, 'INVALID_ARGUMENT', 400],
  [4, 'DEADLINE_EXCEEDED', 504],
  [5, 'NOT_FOUND', 404],
  [7, 'PERMISSION_DENIED', 403],
  [8, 'RESOURCE_EXHAUSTED', 429],
  [9, 'FAILED_PRECONDITION', 400],
  [11, 'OUT_OF_RANGE', 400],
  [12, 'UNIMPLEMENTED', 501],
  [13, 'INTERNAL', 500],
  [14, 'UNAVAILABLE', 503],
  [16, 'UNAUTHENTICATED', 401],
] as const;

/** States of a batch that is over. */
const OVER = new Set(['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

/** Batches of the Gemini API: a file of requests for one model. */
export const googleBatches: BatchApi = {
  // 2 GB for a file: https://ai.google.dev/gemini-api/docs/batch-api; no number of requests is named there.
  limits: { requests: 50_000, bytes: 2_000_000_000 },
  hasNames: true,
  line: (id, { body }) => `${JSON.stringify({ key: id, request: body })}\n`,

  async prepare(file, target) {
    const { bytes, name } = file;
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
    if (!isOfApi(address, target)) throw oddReply(start, 'no address for the upload');
    const headers = {
      'content-type': MEDIA_TYPE,
      'x-goog-upload-offset': '0',
      'x-goog-upload-command': 'upload, finalize',
    };
    return sendForId(address, target, { init: fileBody(file, { headers }), path: ['file', 'name'] });
  },

  async create(file, { modelId, name }, target) {
    const batch = { displayName: name, inputConfig: { fileName: file } };
    const model = modelId.includes('/') ? modelId : `models/${modelId}`;
    return sendForId(`/${model}:batchGenerateContent`, target, { init: jsonBody({ batch }), path: ['name'] });
  },

  async state(id, target) {
    const raw = await sendForJson(`/${id}`, target);
    const batch = batchIn(raw);
    const state = textOf(batch, 'state').replace(/^(?:BATCH|JOB)_STATE_/, '');
    const error = fieldOf(raw, 'error') ?? undefined;
    const status = error === undefined ? undefined : statusOf(error);
    const rest =
      state === 'CANCELLED' || status === 499
        ? 'cancelled'
        : state === 'EXPIRED' || status === 504
          ? 'expired'
          : undefined;
    const stats = fieldOf(batch, 'batchStats');
    return {
      isOver: error !== undefined || fieldOf(raw, 'done') === true || OVER.has(state),
      ended: numberOf(stats, 'successfulRequestCount') + numberOf(stats, 'failedRequestCount'),
      rest,
      // An operation that was cancelled ends with an error as well.
      refusal: rest === undefined && (error !== undefined || state === 'FAILED') ? refusalOf(error) : undefined,
      raw,
    };
  },

  async *results(_id, { raw }, target) {
    const places = [fieldOf(batchIn(raw), 'output'), fieldOf(raw, 'response')];
    for (const place of places) {
      const inline = listOf(place, 'inlinedResponses', 'inlinedResponses');
      for (const line of inline) yield outcomeOf(textOf(line, 'metadata', 'key'), line);
      if (inline.length > 0) return;
    }
    const file = places.map((place) => textOf(place, 'responsesFile')).find(Boolean);
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

/** What is said of a batch stands in the operation that makes it, or alone. */
function batchIn(raw: unknown): unknown {
  return fieldOf(raw, 'metadata') ?? raw;
}

function statusOf(error: unknown): number {
  const code = numberOf(error, 'code');
  if (code >= 400) return code;
  const name = textOf(error, 'status');
  return CODES.find(([number, known]) => number === code || known === name)?.[2] ?? 500;
}

function refusalOf(error: unknown): BatchRefusal {
  const message = textOf(error, 'message') || 'Google gave no reason';
  const status = statusOf(error);
  return {
    message,
    ...(status === 429 || /quota|exhausted/i.test(message) ? { excess: 'tokens' } : excessIn(message)),
    stop: stopOf(status, error),
  };
}

function outcomeOf(id: string, line: unknown): BatchOutcome {
  const error = fieldOf(line, 'error') ?? undefined;
  const response = fieldOf(line, 'response');
  if (error === undefined) return outcomeOfReply(id, { status: 200, body: response });
  const status = statusOf(error);
  const message = textOf(error, 'message') || 'there is no answer';
  if (status === 499) return { id, unanswered: 'cancelled', message };
  if (status === 504) return { id, unanswered: 'expired', message };
  return outcomeOfReply(id, { status, body: { error: { ...(error as object), code: status } } });
}
