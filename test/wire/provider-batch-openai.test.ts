import { test } from 'vitest';
import {
  alwaysFateOf,
  asks,
  fateOf,
  first,
  refusesMoreThanSix,
  replyOnce,
  states,
  expectCase,
  type Json,
  type WireCase,
} from './batch-cases.ts';
import { MODELS } from './batch-job.ts';
import { halfExpires } from './batch-server.ts';

const OPENAI_CASES: readonly WireCase[] = [
  {
    name: 'validating, in_progress, finalizing, completed',
    options: () => ({
      shown: states(
        ...['validating', 'validating', 'in_progress', 'finalizing'].map((status) => (usual: Json) => ({
          ...usual,
          status,
          output_file_id: null,
          error_file_id: null,
        })),
      ),
    }),
  },
  {
    name: 'completed, and one was refused',
    options: () =>
      alwaysFateOf(3, 400, { message: 'Too long.', type: 'invalid_request_error', code: 'context_length_exceeded' }),
    failing: { q3: /"kind":"invalid-request".*Too long/ },
  },
  {
    name: 'completed, and all failed for a while: no file of answers',
    options: () => ({
      fate: ({ batch }) => (batch === 1 ? 'failed' : 'answered'),
      shown: (usual, { number }) => ({
        ...usual,
        ...(number === 1 ? { output_file_id: null } : { error_file_id: undefined }),
      }),
    }),
    batches: 2,
    outcome: { answered: 12, failed: 12 },
  },
  { name: 'expired, half of it answered', options: () => ({ fate: halfExpires }), batches: 'any', outcome: {} },
  {
    name: 'cancelled by somebody else: what was not begun is in no file',
    options: () => ({
      fate: ({ id, batch }) => (batch === 1 && Number.parseInt(id.at(-1) ?? '', 16) % 2 === 0 ? 'missing' : 'answered'),
      shown: (usual, { number }) => ({ ...usual, status: number === 1 ? 'cancelled' : 'completed' }),
    }),
    batches: 2,
    outcome: { missing: 0 },
  },
  {
    name: 'cancelling for a while',
    options: () => ({
      shown: states(...[1, 2, 3].map(() => (usual: Json) => ({ ...usual, status: 'cancelling' }))),
    }),
  },
  {
    name: 'refused with the tokens of others waiting: submitted again as it is soon',
    options: () => {
      const refused = first(2, {
        code: 'token_limit_exceeded',
        message:
          'Enqueued token limit reached for a in organization org-1. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
        param: null,
        line: null,
      });
      return { refuse: refused };
    },
    batches: 3,
    outcome: { answered: 12, failed: 0 },
  },
  {
    name: 'refused for a bill that is not paid: the job stops, and goes on afterwards',
    options: () => ({
      refuse: () => ({
        code: 'billing_hard_limit_reached',
        message: 'Billing hard limit has been reached.',
        param: null,
        line: null,
      }),
    }),
    stops: /Billing hard limit has been reached/,
    batches: 2,
    outcome: { answered: 12 },
  },
  {
    name: 'lines that the provider names',
    options: () => ({
      refuse: (batch) =>
        batch === 1 ? { code: 'invalid_json_line', line: 3, message: 'Line 3 is no JSON.', param: null } : undefined,
    }),
    batches: 2,
    outcome: { answered: 12 },
    failing: { q2: /Line 3 is no JSON/ },
  },
  {
    name: 'failed, with a file of errors for each request',
    options: () => ({
      fate: ({ batch }) => (batch === 1 ? 'failed' : 'answered'),
      shown: (usual, { number }) =>
        number === 1
          ? { ...usual, status: 'failed', output_file_id: null, errors: { object: 'list', data: [] } }
          : usual,
    }),
    batches: 2,
    outcome: { answered: 12, failed: 12 },
  },
  {
    name: 'an error inside of a body of 200, for a while',
    options: () => fateOf(4, 200, { message: 'The server had an error.', type: 'server_error', code: 'server_error' }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'a response with the status failed, for a while',
    options: () =>
      replyOnce(4, {
        status: 200,
        body: {
          id: 'resp_1',
          object: 'response',
          created_at: 1_700_000_000,
          model: 'a',
          status: 'failed',
          error: { code: 'server_error', message: 'The server had an error.' },
          output: [],
          usage: null,
        },
      }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'a body of 200 that is null',
    options: () => replyOnce(4, { status: 200, body: null }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'one line of 429',
    options: () => fateOf(4, 429, { message: 'Rate limit reached.', type: 'requests', code: 'rate_limit_exceeded' }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'credit that ran out in the middle: the job stops, and goes on afterwards',
    options: () => ({
      fate: ({ body }) =>
        asks(body, 1) || asks(body, 2)
          ? {
              status: 429,
              body: {
                error: {
                  message: 'You exceeded your current quota, please check your plan and billing details.',
                  type: 'insufficient_quota',
                  code: 'insufficient_quota',
                },
              },
            }
          : 'answered',
    }),
    stops: /exceeded your current quota/,
    batches: 2,
  },
  { name: 'lines that end with CRLF', options: () => ({ download: (text) => text.replaceAll('\n', '\r\n') }) },
  { name: 'blank lines', options: () => ({ download: (text) => `\n${text.replaceAll('\n', '\n\n')} \n\n` }) },
  { name: 'a byte order mark', options: () => ({ download: (text) => `\uFEFF${text}` }) },
  { name: 'no end of the last line', options: () => ({ download: (text) => text.trimEnd() }) },
  {
    name: 'results twice',
    options: () => ({ download: (text) => text + text }),
    outcome: { answered: 12, unknown: 12 },
  },
  {
    name: 'an error and then the answer to the same request',
    options: () => ({
      download: (text) =>
        text
          .split('\n')
          .filter(Boolean)
          .flatMap((line) => [
            JSON.stringify({
              custom_id: (JSON.parse(line) as Json)['custom_id'],
              response: null,
              error: { code: 'batch_expired', message: 'late' },
            }),
            line,
          ])
          .join('\n'),
    }),
  },
  {
    name: 'a line without an id',
    options: () => ({ download: (text) => `${text}{"id":"batch_req_1","response":{"status_code":200,"body":{}}}\n` }),
    outcome: { answered: 12, unknown: 2 },
  },
  {
    name: 'results that end in the middle of a line, once',
    options: () => ({ download: (text, time) => (time === 1 ? text.slice(0, text.length / 2) : text) }),
  },
  {
    name: 'results that lack some lines at first',
    options: () => ({
      download: (text, time) => (time === 1 ? text.split('\n').slice(0, 5).join('\n') : text),
    }),
  },
  {
    name: 'a download whose connection ends',
    options: () => ({
      download: (text, time) => (time === 1 ? { status: 200, body: text.slice(0, 700), isCut: true } : text),
    }),
  },
  {
    name: 'results that are not there at first',
    options: () => ({
      download: (text, time) =>
        time <= 2 ? { status: 404, body: { error: { message: 'No such File object' } } } : text,
    }),
  },
  {
    name: '429 for requests per minute when a batch is made: not divided',
    options: () => {
      const busy = first(3, {
        status: 429,
        headers: { 'retry-after': '0' },
        body: { error: { message: 'Rate limit reached for requests per minute.', code: 'rate_limit_exceeded' } },
      });
      return { onCreate: busy };
    },
  },
  {
    name: 'an upload that is too large',
    options: () => {
      const large = first(1, { status: 413, body: '<html>413 Request Entity Too Large</html>' });
      return { intercept: (path) => (path === 'POST /v1/files' ? large() : undefined) };
    },
    batches: 2,
  },
  {
    name: 'a file that is too large for a batch',
    options: (server) =>
      refusesMoreThanSix(server, {
        status: 400,
        body: {
          error: {
            message: 'The batch input file is larger than the 200MB maximum for the model.',
            type: 'invalid_request_error',
          },
        },
      }),
    batches: 2,
  },
  {
    name: '5xx while it is looked at',
    options: () => {
      const down = first(5, { status: 503, body: '<html>upstream</html>' });
      return { intercept: (path) => (path.startsWith('GET /v1/batches/batch') ? down() : undefined) };
    },
  },
  {
    name: '429 while it is looked at',
    options: () => {
      const busy = first(3, { status: 429, body: { error: { message: 'Slow down.' } } });
      return { intercept: (path) => (path.startsWith('GET /v1/batches/batch') ? busy() : undefined) };
    },
  },
  {
    name: 'an upload whose connection ends',
    options: () => {
      const lost = first(2, 'lost' as const);
      return { intercept: (path) => (path === 'POST /v1/files' ? lost() : undefined) };
    },
  },
  {
    name: 'an upload that is answered without an id',
    options: () => {
      const odd = first(1, { status: 200, body: { object: 'file' } });
      return { intercept: (path) => (path === 'POST /v1/files' ? odd() : undefined) };
    },
  },
  {
    name: 'a batch that is made and answered without an id',
    options: () => ({
      onCreate: (batch) => (batch === 1 ? { status: 200, body: { ok: true }, isMade: true } : undefined),
    }),
  },
  {
    name: 'a batch that is made, and 408 in place of its reply',
    options: () => ({
      onCreate: (batch) =>
        batch === 1 ? { status: 408, body: { error: { message: 'Timeout.' } }, isMade: true } : undefined,
    }),
  },
  {
    name: 'a batch that is made, and 502 in place of its reply',
    options: () => ({
      onCreate: (batch) =>
        batch === 1 ? { status: 502, body: { error: { message: 'Bad.' } }, isMade: true } : undefined,
    }),
  },
  {
    name: 'a clock far in the past',
    options: () => ({ shown: (usual) => ({ ...usual, created_at: 1000, expires_at: 87_400 }) }),
  },
  {
    name: 'a batch that the provider does not know, as with another key: the job stops',
    options: () => ({
      intercept: (path) =>
        path.startsWith('GET /v1/batches/batch')
          ? { status: 404, body: { error: { message: "No batch found with id 'batch_1'." } } }
          : undefined,
    }),
    stops: /batch_1/,
  },
  {
    name: 'no counts at all',
    options: () => ({ shown: (usual) => ({ ...usual, request_counts: null, expires_at: null }) }),
  },
  {
    name: 'expired before anything was answered: all in the file of errors',
    options: () => ({
      fate: ({ batch }) => (batch === 1 ? 'expired' : 'answered'),
      shown: (usual, { number }) =>
        number === 1
          ? {
              ...usual,
              status: 'expired',
              output_file_id: null,
              request_counts: { total: 12, completed: 0, failed: 0 },
            }
          : usual,
    }),
    batches: 2,
    outcome: { answered: 12, expired: 12 },
  },
  {
    name: 'a model that has no batches',
    options: () => ({
      refuse: () => ({
        code: 'model_not_found',
        message: 'The provided model a is not supported by the Batch API.',
        param: 'body.model',
        line: 1,
      }),
    }),
    batches: 'any',
    outcome: {},
    failing: Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`q${n}`, /"error".*is not supported by the Batch API/] as const),
    ),
  },
  {
    name: 'a key that is revoked while the batch runs: the job stops, and goes on afterwards',
    options: () => ({
      intercept: (path) =>
        path.startsWith('GET /v1/batches/batch')
          ? { status: 401, body: { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } } }
          : undefined,
    }),
    stops: /refused access.*Incorrect API key/,
  },
  {
    name: 'a project that may not upload files: the job stops, and goes on afterwards',
    options: () => ({
      intercept: (path) =>
        path === 'POST /v1/files'
          ? { status: 403, body: { error: { message: 'You have insufficient permissions for this operation.' } } }
          : undefined,
    }),
    stops: /insufficient permissions/,
  },
  {
    name: 'an error without a response',
    options: () => {
      const failed = first(1, true);
      return {
        line: (usual) =>
          usual['response'] !== null && failed() === true
            ? { ...usual, response: null, error: { code: 'server_error', message: 'The server failed.' } }
            : usual,
        fate: ({ batch, body }) => (batch === 1 && asks(body, 0) ? { status: 500, body: {} } : 'answered'),
        download: (text, time) => (time === 1 ? text : text),
      };
    },
    batches: 'any',
    outcome: {},
  },
  {
    name: 'a page of a proxy while it is looked at',
    options: () => {
      const page = first(2, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' });
      return { intercept: (path) => (path.startsWith('GET /v1/batches/batch') ? page() : undefined) };
    },
  },
  {
    name: 'a redirect within the host',
    options: () => {
      const moved = first(1, { status: 307, headers: { location: '/v1/batches/batch_1' }, body: '' });
      return { intercept: (path) => (path.startsWith('GET /v1/batches/batch') ? moved() : undefined) };
    },
  },
  {
    name: 'a redirect to another host is not followed with the key',
    options: () => {
      const moved = first(2, { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' }, body: '' });
      return { intercept: (path) => (path.startsWith('GET /v1/batches/batch') ? moved() : undefined) };
    },
  },
  {
    name: 'texts with other ends of lines, and long ones',
    options: () => ({
      answer: () => `\u2028\u0085\u{1F600} ${'x'.repeat(200_000)}`,
    }),
  },
  {
    name: 'a list that fails while a batch is looked for',
    options: () => {
      const down = first(2, { status: 503, body: { error: { message: 'down' } } });
      return {
        onCreate: (batch) => (batch === 1 ? 'lost' : undefined),
        intercept: (path) => (path === 'GET /v1/batches' ? down() : undefined),
      };
    },
  },
  {
    name: 'a status that nobody knows yet, for a while',
    options: () => ({ shown: states(...[1, 2].map(() => (usual: Json) => ({ ...usual, status: 'queued' }))) }),
  },
  {
    name: 'more tokens than may wait, said when the batch is made',
    options: (server) =>
      refusesMoreThanSix(server, {
        status: 400,
        body: {
          error: {
            code: 'token_limit_exceeded',
            message: 'Enqueued token limit reached for a. Limit: 2,000,000 enqueued tokens.',
          },
        },
      }),
    batches: 2,
    outcome: { answered: 12, failed: 0 },
  },
  {
    name: 'results whose files are removed: the job stops',
    options: () => ({ download: () => ({ status: 404, body: { error: { message: 'No such File object: file-1' } } }) }),
    stops: /No such File object.*cancel the batches/s,
  },
  {
    name: 'the same id in both files: the answer counts',
    options: () => ({
      fate: ({ body }) => (asks(body, 1) ? { status: 429, body: { error: { message: 'Slow down.' } } } : 'answered'),
      download: (text) => text.replace('"status_code":429', '"status_code":429 '),
    }),
    batches: 'any',
    outcome: {},
    failing: { q1: /"kind":"unavailable"/ },
  },
  {
    name: 'an answer that used up its tokens for thoughts',
    options: () => ({
      fate: ({ body }) =>
        asks(body, 3)
          ? {
              status: 200,
              body: {
                id: 'resp_1',
                object: 'response',
                created_at: 1_700_000_000,
                model: 'a',
                status: 'incomplete',
                error: null,
                incomplete_details: { reason: 'max_output_tokens' },
                output: [],
                usage: { input_tokens: 10, output_tokens: 4096 },
              },
            }
          : 'answered',
    }),
    outcome: { answered: 12 },
    failing: { q3: /"kind":"empty"/ },
  },
];

test.each(OPENAI_CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
  await expectCase(MODELS.openai, one);
});
