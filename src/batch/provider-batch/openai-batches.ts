import { randomBytes } from 'node:crypto';
import type { BatchApi, BatchOutcome, BatchRefusal } from './batch-api.ts';
import {
  excessIn,
  fieldOf,
  fileBody,
  jsonBody,
  listOf,
  MAX_PAGES,
  numberOf,
  outcomeOfReply,
  sendForId,
  sendForJson,
  sendForLines,
  stopOf,
  textOf,
} from './batch-http.ts';

/** The only API that our requests go to. */
const ENDPOINT = '/v1/responses';

/** Where the name of a batch is kept. */
const NAME = 'llm_blender_batch';

/** Seconds for which the file of requests is kept: as long as the batch may take, and a day more. */
const FILE_SECONDS = 172_800;

const OVER = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** Batches of OpenAI's Responses API: a file of requests for one model. */
export const openaiBatches: BatchApi = {
  // https://developers.openai.com/api/docs/guides/batch
  limits: { requests: 50_000, bytes: 200_000_000 },
  hasNames: true,
  line: (id, { body }) => `${JSON.stringify({ custom_id: id, method: 'POST', url: ENDPOINT, body })}\n`,

  async prepare(file, target) {
    const boundary = `llm-blender-${randomBytes(16).toString('hex')}`;
    const field = (key: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
    const before = [
      field('purpose', 'batch'),
      field('expires_after[anchor]', 'created_at'),
      field('expires_after[seconds]', String(FILE_SECONDS)),
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}.jsonl"\r\nContent-Type: application/jsonl\r\n\r\n`,
    ].join('');
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const init = fileBody(file, { before, after: `\r\n--${boundary}--\r\n`, headers });
    return sendForId('/files', target, { init, path: ['id'] });
  },

  async create(file, { name }, target) {
    const batch = { input_file_id: file, endpoint: ENDPOINT, completion_window: '24h', metadata: { [NAME]: name } };
    return sendForId('/batches', target, { init: jsonBody(batch), path: ['id'] });
  },

  async state(id, target) {
    const raw = await sendForJson(`/batches/${encodeURIComponent(id)}`, target);
    const status = textOf(raw, 'status');
    const expiresAt = numberOf(raw, 'expires_at') * 1000;
    return {
      isOver: OVER.has(status),
      ended: numberOf(raw, 'request_counts', 'completed') + numberOf(raw, 'request_counts', 'failed'),
      expiresAt: expiresAt === 0 ? undefined : expiresAt,
      rest: status === 'expired' || status === 'cancelled' ? status : undefined,
      refusal: status === 'failed' ? refusalOf(listOf(raw, 'errors', 'data')) : undefined,
      raw,
    };
  },

  async *results(_id, { raw }, target) {
    for (const name of ['output_file_id', 'error_file_id']) {
      const file = textOf(raw, name);
      if (file === '') continue;
      for await (const line of sendForLines(`/files/${encodeURIComponent(file)}/content`, target))
        yield outcomeOf(line);
    }
  },

  async *list(target) {
    let after = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const batches = await sendForJson(`/batches?limit=100${after}`, target);
      for (const batch of listOf(batches, 'data')) {
        const requests = numberOf(batch, 'request_counts', 'total');
        yield { id: textOf(batch, 'id'), name: textOf(batch, 'metadata', NAME) || undefined, requests };
      }
      const last = textOf(batches, 'last_id') || textOf(listOf(batches, 'data').at(-1), 'id');
      if (fieldOf(batches, 'has_more') !== true || last === '') return;
      after = `&after=${encodeURIComponent(last)}`;
    }
  },

  async cancel(id, target) {
    await sendForJson(`/batches/${encodeURIComponent(id)}/cancel`, target, jsonBody({}));
  },
};

function refusalOf(errors: readonly unknown[]): BatchRefusal {
  const [first] = errors;
  const message = textOf(first, 'message') || 'OpenAI gave no reason';
  const all = errors.map((error) => `${textOf(error, 'code')} ${textOf(error, 'message')}`).join(' ');
  return {
    message,
    lines: errors.flatMap((error) => numberOf(error, 'line') || []),
    ...excessIn(all),
    stop: stopOf(429, first),
  };
}

function outcomeOf(line: unknown): BatchOutcome {
  const id = textOf(line, 'custom_id');
  const code = textOf(line, 'error', 'code');
  const message = textOf(line, 'error', 'message') || code;
  if (code === 'batch_expired') return { id, unanswered: 'expired', message };
  if (code === 'batch_cancelled') return { id, unanswered: 'cancelled', message };
  const status = numberOf(line, 'response', 'status_code');
  if (status === 0) return { id, unanswered: 'failed', message: message || 'there is no answer' };
  return outcomeOfReply(id, { status, body: fieldOf(line, 'response', 'body') });
}
