import { isObject } from '../../util/is-object.ts';
import type { BatchApi, BatchOutcome } from './batch-api.ts';
import {
  fieldOf,
  fileBody,
  isOfApi,
  jsonBody,
  listOf,
  MAX_PAGES,
  numberOf,
  outcomeOfReply,
  sendForId,
  sendForJson,
  sendForLines,
  textOf,
} from './batch-http.ts';

const PATH = '/messages/batches';

/** HTTP statuses of the types of errors: https://docs.claude.com/en/api/errors */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Message Batches of Anthropic: all requests in the body of one. */
export const anthropicBatches: BatchApi = {
  // https://platform.claude.com/docs/en/build-with-claude/batch-processing
  limits: { requests: 100_000, bytes: 256_000_000 },
  hasNames: false,
  // With the comma before it: the file without its first byte is the inside of a list.
  line: (id, { body }) => `,${JSON.stringify({ custom_id: id, params: body })}\n`,

  async prepare() {
    return '';
  },

  async create(_prepared, file, target) {
    const headers = {
      'content-type': 'application/json',
      ...(file.beta === '' ? {} : { 'anthropic-beta': file.beta }),
    };
    const init = fileBody(file, { before: '{"requests":[', skip: 1, after: ']}', headers });
    return sendForId(PATH, target, { init, path: ['id'] });
  },

  async state(id, target) {
    const raw = await sendForJson(`${PATH}/${encodeURIComponent(id)}`, target);
    const expiresAt = Date.parse(textOf(raw, 'expires_at'));
    const ended = ['succeeded', 'errored', 'canceled', 'expired'].map((name) => numberOf(raw, 'request_counts', name));
    return {
      isOver: textOf(raw, 'processing_status') === 'ended',
      ended: ended.reduce((sum, count) => sum + count, 0),
      expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
      raw,
    };
  },

  async *results(id, { raw }, target) {
    const stated = textOf(raw, 'results_url');
    // Behind a proxy it is the address of Anthropic itself, where the key may not go.
    const address = isOfApi(stated, target) ? stated : `${PATH}/${encodeURIComponent(id)}/results`;
    for await (const line of sendForLines(address, target)) yield outcomeOf(line);
  },

  async *list(target) {
    let after = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const batches = await sendForJson(`${PATH}?limit=100${after}`, target);
      for (const batch of listOf(batches, 'data')) {
        const counts = Object.values((fieldOf(batch, 'request_counts') ?? {}) as object).map(Number);
        yield { id: textOf(batch, 'id'), name: undefined, requests: counts.reduce((sum, count) => sum + count, 0) };
      }
      const last = textOf(batches, 'last_id');
      if (fieldOf(batches, 'has_more') !== true || last === '') return;
      after = `&after_id=${encodeURIComponent(last)}`;
    }
  },

  async cancel(id, target) {
    await sendForJson(`${PATH}/${encodeURIComponent(id)}/cancel`, target, jsonBody({}));
  },
};

function outcomeOf(line: unknown): BatchOutcome {
  const id = textOf(line, 'custom_id');
  switch (textOf(line, 'result', 'type')) {
    case 'succeeded':
      return outcomeOfReply(id, { status: 200, body: fieldOf(line, 'result', 'message') });
    case 'expired':
      return { id, unanswered: 'expired', message: 'the batch expired' };
    case 'canceled':
      return { id, unanswered: 'cancelled', message: 'the batch was cancelled' };
    default:
      return outcomeOfError(id, fieldOf(line, 'result', 'error'));
  }
}

/** An error has the form of an error reply; the first versions of the API gave what is inside of that. */
function outcomeOfError(id: string, given: unknown): BatchOutcome {
  const isReply = isObject(fieldOf(given, 'error'));
  const inner = isReply ? fieldOf(given, 'error') : given;
  const type = textOf(inner, 'type');
  const status = STATUSES[type] ?? STATUSES[`${type}_error`] ?? 500;
  return outcomeOfReply(id, { status, body: isReply ? given : { type: 'error', error: inner ?? {} } });
}
