import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readBatchRecords } from '../../src/batch/index.ts';
import { answer, MODELS } from './batch-job.ts';
import { BatchServer, type BatchServerOptions, type ServerBatch } from './batch-server.ts';

/** What a provider does, and what the job makes of it. */
interface WireCase {
  readonly name: string;
  /** @default nothing special; called anew for each server */
  readonly options: (server: () => BatchServer) => BatchServerOptions;
  /** Batches that were made. @default 1 */
  readonly batches?: number;
  /** Sums of what came of the batches. @default { answered: 12 } */
  readonly outcome?: Readonly<Record<string, number>>;
  /** The questions whose records fail, and with what. @default none */
  readonly failing?: Readonly<Record<string, RegExp>>;
  /** What ends the first run; the provider is well for the next one. */
  readonly stops?: RegExp;
}

type Json = Readonly<Record<string, unknown>>;

const QUESTIONS = 12;

/** Something that happens the first times only. */
function first<VALUE>(times: number, value: VALUE): () => VALUE | undefined {
  let count = 0;
  return () => ((count += 1) <= times ? value : undefined);
}

/** By the question in a request. */
function asks(body: Json, number: number): boolean {
  return JSON.stringify(body).includes(`What is ${number}?`);
}

/** The fate of one question the first time; all else is answered. */
function fateOf(number: number, status: number, error: Json) {
  const happens = first(1, { status, body: { error } });
  return {
    fate: ({ body }: { readonly body: Json }) => (asks(body, number) ? (happens() ?? 'answered') : 'answered') as never,
  };
}

/** The fate of one question, each time. */
function alwaysFateOf(number: number, status: number, error: Json) {
  return {
    fate: ({ body }: { readonly body: Json }) =>
      (asks(body, number) ? { status, body: { error } } : 'answered') as never,
  };
}

const half = (() => {
  const seen = new Map<string, number>();
  return (server: () => BatchServer) => ({
    fate: ({ id }: { readonly id: string }) => {
      const key = `${server().url} ${id}`;
      const time = (seen.get(key) ?? 0) + 1;
      seen.set(key, time);
      return time === 1 && Number.parseInt(id.at(-1) ?? '', 16) % 2 === 0 ? 'expired' : 'answered';
    },
  });
})();

/** A batch that goes through states before its own. */
function states(...given: readonly ((usual: Json) => Json)[]) {
  const shown = [...given];
  return (usual: Json) => shown.shift()?.(usual) ?? usual;
}

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
  { name: 'expired, half of it answered', options: half, batches: 2, outcome: {} },
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
    options: () => {
      const failed = first(1, {
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
      });
      return { fate: ({ body }) => (asks(body, 4) ? (failed() ?? 'answered') : 'answered') };
    },
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'a body of 200 that is null',
    options: () => {
      const failed = first(1, { status: 200, body: null as never });
      return { fate: ({ body }) => (asks(body, 4) ? (failed() ?? 'answered') : 'answered') };
    },
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
    options: (server) => {
      void server;
      const large = first(1, { status: 413, body: '<html>413 Request Entity Too Large</html>' });
      return { intercept: (path) => (path === 'POST /v1/files' ? large() : undefined) };
    },
    batches: 2,
  },
  {
    name: 'a file that is too large for a batch',
    options: (server) => ({
      onCreate: (batch) =>
        (server().batches.find(({ number }) => number === batch)?.lines.length ?? 0) > 6
          ? {
              status: 400,
              body: {
                error: {
                  message: 'The batch input file is larger than the 200MB maximum for the model.',
                  type: 'invalid_request_error',
                },
              },
            }
          : undefined,
    }),
    batches: 2,
  },
  {
    name: '5xx while it is looked at',
    options: () => {
      const down = first(5, { status: 503, body: '<html>upstream</html>' });
      return { intercept: (path) => (/^GET \/v1\/batches\/batch/.test(path) ? down() : undefined) };
    },
  },
  {
    name: '429 while it is looked at',
    options: () => {
      const busy = first(3, { status: 429, body: { error: { message: 'Slow down.' } } });
      return { intercept: (path) => (/^GET \/v1\/batches\/batch/.test(path) ? busy() : undefined) };
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
        /^GET \/v1\/batches\/batch/.test(path)
          ? { status: 404, body: { error: { message: "No batch found with id 'batch_1'." } } }
          : undefined,
    }),
    stops: /batch_1/,
  },
  {
    name: 'no counts at all',
    options: () => ({ shown: (usual) => ({ ...usual, request_counts: null, expires_at: null }) }),
  },
];

const ANTHROPIC_CASES: readonly WireCase[] = [
  {
    name: 'canceling, then ended',
    options: () => ({
      fate: ({ id, batch }) =>
        batch === 1 && Number.parseInt(id.at(-1) ?? '', 16) % 2 === 0 ? 'cancelled' : 'answered',
      shown: states(...[1, 2].map(() => (usual: Json) => ({ ...usual, processing_status: 'canceling' }))),
    }),
    batches: 2,
    outcome: { missing: 0 },
  },
  { name: 'half of it expires', options: half, batches: 2, outcome: {} },
  {
    name: 'an error of its own: invalid_request_error',
    options: () => alwaysFateOf(3, 400, { type: 'invalid_request_error', message: 'max_tokens: Field required' }),
    failing: { q3: /"kind":"invalid-request".*max_tokens: Field required/ },
  },
  {
    name: 'an error in the older, flat form',
    options: () => ({
      line: (usual) =>
        JSON.stringify(usual).includes('bad day')
          ? { ...usual, result: { type: 'errored', error: { type: 'invalid_request', message: 'It is too long.' } } }
          : usual,
      ...alwaysFateOf(3, 400, { type: 'invalid_request_error', message: 'a bad day' }),
    }),
    failing: { q3: /"kind":"invalid-request".*It is too long/ },
  },
  ...['api_error', 'overloaded_error', 'rate_limit_error', 'timeout_error', 'a_new_error'].map((type) => ({
    name: `${type}, for a while`,
    options: () => fateOf(4, 500, { type, message: 'Later.' }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  })),
  {
    name: 'billing_error: the job stops, and goes on afterwards',
    options: () => alwaysFateOf(4, 402, { type: 'billing_error', message: 'Your credit balance is too low.' }),
    stops: /Your credit balance is too low/,
    batches: 2,
  },
  {
    name: 'results at another path, which results_url says',
    options: (server) => ({
      shown: (usual, batch) => ({ ...usual, results_url: `${server().url}/v1/results/of/${batch.id}?part=1` }),
      intercept: (path) => {
        const [, id] = /^GET \/v1\/results\/of\/(.+)$/.exec(path) ?? [];
        if (id !== undefined)
          return { status: 200, body: server().batches.find((batch) => batch.id === id)?.results ?? '' };
        return /\/batches\/[^/]+\/results$/.test(path) ? { status: 404, body: {} } : undefined;
      },
    }),
  },
  {
    name: 'results_url at another host, as behind a proxy',
    options: () => ({
      shown: (usual, { id }) => ({
        ...usual,
        results_url: `http://127.0.0.1:1/v1/messages/batches/${id}/results`,
      }),
    }),
  },
  {
    name: 'no results_url: the results are gone',
    options: () => {
      const none = first(2, {
        status: 404,
        body: { type: 'error', error: { type: 'not_found_error', message: 'none' } },
      });
      return { intercept: (path) => (/\/results$/.test(path) ? none() : undefined) };
    },
  },
  {
    name: '413 request_too_large',
    options: (server) => ({
      onCreate: (batch) =>
        (server().batches.find(({ number }) => number === batch)?.lines.length ?? 0) > 6
          ? {
              status: 413,
              body: {
                type: 'error',
                error: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
              },
            }
          : undefined,
    }),
    batches: 2,
  },
  {
    name: '429 when a batch is made: not divided',
    options: () => ({
      onCreate: first(3, {
        status: 429,
        headers: { 'retry-after': '0' },
        body: {
          type: 'error',
          error: { type: 'rate_limit_error', message: 'Number of requests has exceeded your rate limit' },
        },
      }),
    }),
  },
  {
    name: '529 when a batch is made, and it is not',
    options: () => ({
      onCreate: first(2, {
        status: 529,
        body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      }),
    }),
  },
  { name: 'lines that end with CRLF', options: () => ({ download: (text) => text.replaceAll('\n', '\r\n') }) },
  {
    name: 'results that end in the middle of a line, once',
    options: () => ({ download: (text, time) => (time === 1 ? text.slice(0, text.length / 2) : text) }),
  },
  {
    name: 'an upload whose connection ends: nothing was made',
    options: () => {
      const lost = first(2, 'lost' as const);
      return { intercept: (path) => (path === 'POST /v1/messages/batches' ? lost() : undefined) };
    },
  },
];

/** What Google says of a batch, changed. */
function google(change: (metadata: Json, usual: Json) => Json) {
  return (usual: Json) => ({ ...usual, ...change(usual['metadata'] as Json, usual) });
}

const withState = (state: string) =>
  google((metadata) => ({ metadata: { ...metadata, state }, done: false, response: undefined }));

/** Results in the batch itself. */
function inline(server: () => BatchServer, id: number, change: (key: string) => Json) {
  const text = server().batches.find(({ number }) => number === id)?.results ?? '';
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { key, ...rest } = JSON.parse(line) as { key: string };
      return { ...rest, ...change(key) };
    });
}

const GOOGLE_CASES: readonly WireCase[] = [
  {
    name: 'BATCH_STATE_PENDING, then RUNNING',
    options: () => ({
      shown: states(
        withState('BATCH_STATE_PENDING'),
        withState('BATCH_STATE_PENDING'),
        withState('BATCH_STATE_RUNNING'),
      ),
    }),
  },
  {
    name: 'JOB_STATE_QUEUED, PENDING, RUNNING, UPDATING, SUCCEEDED',
    options: () => ({
      shown: (() => {
        const before = states(
          ...['QUEUED', 'PENDING', 'RUNNING', 'UPDATING'].map((state) => withState(`JOB_STATE_${state}`)),
        );
        return (usual: Json) => {
          const shown = before(usual);
          return shown === usual
            ? google((metadata) => ({ metadata: { ...metadata, state: 'JOB_STATE_SUCCEEDED' }, done: undefined }))(
                usual,
              )
            : shown;
        };
      })(),
    }),
  },
  {
    name: 'JOB_STATE_PARTIALLY_SUCCEEDED',
    options: () => ({
      shown: google((metadata) => ({
        metadata: { ...metadata, state: 'JOB_STATE_PARTIALLY_SUCCEEDED' },
        done: undefined,
      })),
    }),
  },
  { name: 'half of it expires', options: half, batches: 2, outcome: {} },
  {
    name: 'cancelled by somebody else, with the error of a cancelled operation and what was done',
    options: () => ({
      fate: ({ id, batch }) => (batch === 1 && Number.parseInt(id.at(-1) ?? '', 16) % 2 === 0 ? 'missing' : 'answered'),
      shown: (usual, { number }) =>
        number === 1
          ? google((metadata, { response }) => ({
              metadata: { ...metadata, state: 'BATCH_STATE_CANCELLED', output: response },
              response: undefined,
              error: { code: 1, message: 'The operation was cancelled.' },
            }))(usual)
          : usual,
    }),
    batches: 2,
    outcome: { missing: 0, failed: 0 },
  },
  {
    name: 'expired as a whole, without results',
    options: () => ({
      fate: ({ batch }) => (batch === 1 ? 'missing' : 'answered'),
      shown: (usual, { number }) =>
        number === 1
          ? google((metadata) => ({ metadata: { ...metadata, state: 'BATCH_STATE_EXPIRED' }, response: undefined }))(
              usual,
            )
          : usual,
    }),
    batches: 2,
    outcome: { answered: 12, expired: 12, missing: 0 },
  },
  {
    name: 'expired as a whole, with the error of a deadline',
    options: () => ({
      fate: ({ batch }) => (batch === 1 ? 'missing' : 'answered'),
      shown: (usual, { number }) =>
        number === 1
          ? google((metadata) => ({
              metadata: { ...metadata, state: 'JOB_STATE_EXPIRED' },
              response: undefined,
              error: { code: 4, message: 'Deadline exceeded', status: 'DEADLINE_EXCEEDED' },
            }))(usual)
          : usual,
    }),
    batches: 2,
    outcome: { answered: 12, expired: 12, failed: 0 },
  },
  {
    name: 'answers in the batch itself, by their metadata',
    options: (server) => ({
      shown: (usual, { number }) =>
        google(() => ({
          response: {
            inlinedResponses: { inlinedResponses: inline(server, number, (key) => ({ metadata: { key } })) },
          },
        }))(usual),
    }),
  },
  {
    name: 'answers in the metadata of the batch',
    options: (server) => ({
      shown: (usual, { number }) =>
        google((metadata) => ({
          metadata: {
            ...metadata,
            output: {
              inlinedResponses: { inlinedResponses: inline(server, number, (key) => ({ metadata: { key } })) },
            },
          },
          response: undefined,
        }))(usual),
    }),
  },
  ...(
    [
      ['code 8', { code: 8, message: 'Resource has been exhausted.' }],
      ['code 429', { code: 429, message: 'Resource has been exhausted.', status: 'RESOURCE_EXHAUSTED' }],
      ['code 13', { code: 13, message: 'Internal error encountered.' }],
      ['code "14" as a text', { code: '14', message: 'The service is currently unavailable.' }],
      ['the name of a state alone', { code: null, status: 'UNAVAILABLE', message: 'The model is overloaded.' }],
    ] as const
  ).map(([name, error]) => ({
    name: `a line with an error for a while: ${name}`,
    options: () => ({
      line: (() => {
        const once = first(1, error);
        return (usual: Json) => {
          const { error: usualError } = usual;
          return usualError === undefined ? usual : { ...usual, error: once() ?? usualError };
        };
      })(),
      ...fateOf(4, 500, { code: 3, message: 'x' }),
    }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  })),
  {
    name: 'a line with an error of its own: the name of a state alone',
    options: () => ({
      line: (usual) =>
        usual['error'] === undefined
          ? usual
          : { ...usual, error: { status: 'INVALID_ARGUMENT', message: 'The request is too long.' } },
      ...alwaysFateOf(3, 400, { message: 'x' }),
    }),
    failing: { q3: /"kind":"invalid-request".*The request is too long/ },
  },
  {
    name: 'refused for its tokens, by the error of the batch',
    options: () => ({
      refuse: (_, { length }) =>
        length > 6
          ? { code: 8, message: 'You exceeded your current quota: enqueued tokens.', status: 'RESOURCE_EXHAUSTED' }
          : undefined,
    }),
    batches: 3,
    outcome: { answered: 12, failed: 0 },
  },
  {
    name: '429 when a batch is made: not divided',
    options: () => ({
      onCreate: first(3, {
        status: 429,
        body: { error: { code: 429, message: 'Too many batches.', status: 'RESOURCE_EXHAUSTED' } },
      }),
    }),
  },
  {
    name: 'an upload that gets no address at first',
    options: () => {
      const none = first(1, { status: 200, body: {} });
      return { intercept: (path) => (path === 'POST /upload/v1beta/files' ? none() : undefined) };
    },
  },
  {
    name: 'a batch as a resource, without the operation around it',
    options: (server) => ({
      shown: (usual, { number }) => {
        void server;
        const { metadata, name } = usual as { metadata: Json; name: string };
        return { name, ...metadata, output: { responsesFile: `files/out-${number}` } };
      },
    }),
  },
  { name: 'lines that end with CRLF', options: () => ({ download: (text) => text.replaceAll('\n', '\r\n') }) },
  {
    name: 'results that are not there at first',
    options: () => ({
      download: (text, time) =>
        time <= 2 ? { status: 404, body: { error: { code: 404, message: 'none', status: 'NOT_FOUND' } } } : text,
    }),
  },
];

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provider-batch-cases-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function run(model: string, wireCase: WireCase): Promise<void> {
  const { options, batches = 1, outcome = { answered: QUESTIONS, unknown: 0 }, failing = {}, stops } = wireCase;
  const server = await BatchServer.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const direct = await answer(server, {
    job: join(folder, 'direct'),
    models: [model],
    questions: QUESTIONS,
    isBatched: false,
  });
  const job = { job: join(folder, 'job'), models: [model], questions: QUESTIONS };
  server.options = options(() => server);
  if (stops !== undefined) {
    await expect(answer(server, job)).rejects.toThrow(stops);
    server.options = {};
  }
  const { lines } = await answer(server, job);
  for (const [index, line] of lines.entries()) {
    const failure = failing[`q${index}`];
    if (failure === undefined) expect(line).toBe(direct.lines[index]);
    else expect(line).toMatch(failure);
  }
  expect(lines).toHaveLength(QUESTIONS);
  expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
  expect(server.batches.map(({ lines: own }: ServerBatch) => own.length)).toHaveLength(batches);
  const sum: Record<string, number> = {};
  for (const { outcome: counts = {} } of await readBatchRecords(job.job)) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + Number(count);
  }
  expect(sum).toMatchObject(outcome);
}

describe.each([
  [MODELS.openai, OPENAI_CASES],
  [MODELS.anthropic, ANTHROPIC_CASES],
  [MODELS.google, GOOGLE_CASES],
] as const)('%s', (model, cases) => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, wireCase) => run(model, wireCase));
});
