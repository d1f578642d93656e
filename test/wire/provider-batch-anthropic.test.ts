import { test } from 'vitest';
import {
  alwaysFateOf,
  fateOf,
  first,
  refusesMoreThanSix,
  states,
  expectCase,
  type Json,
  type WireCase,
} from './batch-cases.ts';
import { MODELS } from './batch-job.ts';
import { halfExpires } from './batch-server.ts';

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
  { name: 'half of it expires', options: () => ({ fate: halfExpires }), batches: 'any', outcome: {} },
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
      return { intercept: (path) => (path.endsWith('/results') ? none() : undefined) };
    },
  },
  {
    name: '413 request_too_large',
    options: (server) =>
      refusesMoreThanSix(server, {
        status: 413,
        body: {
          type: 'error',
          error: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
        },
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
  {
    name: 'errored without an error',
    options: () => {
      const none = first(1, { type: 'errored', error: null });
      return {
        line: (usual) => (JSON.stringify(usual).includes('bad day') ? { ...usual, result: none() } : usual),
        ...fateOf(4, 500, { type: 'api_error', message: 'a bad day' }),
      };
    },
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'succeeded without a message',
    options: () => ({
      line: (usual) =>
        JSON.stringify(usual).includes('bad day') ? { ...usual, result: { type: 'succeeded', message: null } } : usual,
      ...fateOf(4, 500, { type: 'api_error', message: 'a bad day' }),
    }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'a type of result that nobody knows yet',
    options: () => ({
      line: (usual) => (JSON.stringify(usual).includes('bad day') ? { ...usual, result: { type: 'skipped' } } : usual),
      ...fateOf(4, 500, { type: 'api_error', message: 'a bad day' }),
    }),
    batches: 2,
    outcome: { answered: 12, failed: 1 },
  },
  {
    name: 'no counts',
    options: () => ({ shown: (usual) => ({ ...usual, request_counts: undefined, expires_at: null }) }),
  },
  {
    name: '529 while results are read',
    options: () => ({
      download: (text, time) =>
        time <= 2
          ? { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } }
          : text,
    }),
  },
  {
    name: '413 as a page of a proxy',
    options: () => {
      const large = first(1, {
        status: 413,
        headers: { 'content-type': 'text/html' },
        body: '<h1>413 Request Entity Too Large</h1>',
      });
      return { intercept: (path) => (path === 'POST /v1/messages/batches' ? large() : undefined) };
    },
    batches: 2,
  },
  {
    name: 'too many requests for one batch',
    options: (server) =>
      refusesMoreThanSix(server, {
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message:
              'requests: List should have at most 6 items after validation, batch exceeds the maximum number of requests',
          },
        },
      }),
    batches: 2,
  },
  {
    name: 'a limit of spending: the job stops, and goes on afterwards',
    options: () => ({
      onCreate: () => ({
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message:
              'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
          },
        },
      }),
    }),
    stops: /reached your specified API usage limits/,
  },
  {
    name: 'credit that is used up when a batch is made: the job stops, and goes on afterwards',
    options: () => ({
      onCreate: () => ({
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
          },
        },
      }),
    }),
    stops: /credit balance is too low/,
  },
  {
    name: 'batches of others with as many requests: the own one is found',
    options: (server) => ({
      onCreate: (batch) => {
        if (batch !== 1) return undefined;
        for (const others of [1, 2]) {
          const lines = Array.from({ length: 12 }, (_, n) =>
            JSON.stringify({ custom_id: `other-${others}-${n}`, params: { model: 'b', messages: [] } }),
          );
          server().addOther(lines);
        }
        return 'lost';
      },
    }),
    batches: 3,
    outcome: { answered: 12 },
  },
  {
    name: 'a refusal fails as it does without batches',
    options: () => ({
      line: (usual) => {
        const { message } = usual['result'] as { message?: Json };
        return JSON.stringify(usual).includes('bad day')
          ? {
              ...usual,
              result: {
                type: 'succeeded',
                message: {
                  ...message,
                  id: 'msg_1',
                  type: 'message',
                  role: 'assistant',
                  model: 'b',
                  content: [],
                  stop_reason: 'refusal',
                  stop_sequence: null,
                  usage: { input_tokens: 9, output_tokens: 1 },
                },
              },
            }
          : usual;
      },
      ...alwaysFateOf(3, 500, { type: 'api_error', message: 'a bad day' }),
    }),
    failing: { q3: /"kind":"blocked"/ },
  },
  {
    name: 'a batch that ends while it is canceled by somebody else, with all answered',
    options: () => ({
      shown: (usual) => ({ ...usual, cancel_initiated_at: '2026-11-27T00:00:00Z', ended_at: '2026-11-27T00:00:01Z' }),
    }),
  },
  {
    name: 'a batch that is found by its size, and whose results are short at first',
    options: () => ({
      strangers: 1,
      onCreate: (batch) => (batch === 1 ? 'lost' : undefined),
      download: (text, time) =>
        time === 1
          ? text
              .split('\n')
              .filter((line) => line.includes('stranger'))
              .join('\n')
          : text,
    }),
    outcome: { answered: 12, unknown: 1 },
  },
];

test.each(ANTHROPIC_CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
  await expectCase(MODELS.anthropic, one);
});
