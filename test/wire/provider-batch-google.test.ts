import { test } from 'vitest';
import { alwaysFateOf, asks, fateOf, first, states, expectCase, type Json, type WireCase } from './batch-cases.ts';
import { MODELS } from './batch-job.ts';
import { type BatchServer, halfExpires } from './batch-server.ts';

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
  { name: 'half of it expires', options: () => ({ fate: halfExpires }), batches: 'any', outcome: {} },
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
    options: () => ({
      shown: (usual, { number }) => {
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
  {
    name: 'JOB_STATE_PAUSED for a while',
    options: () => ({ shown: states(withState('JOB_STATE_PAUSED'), withState('JOB_STATE_PAUSED')) }),
  },
  {
    name: 'a prompt that is blocked fails as it does without batches',
    options: () => ({
      line: (usual) =>
        usual['error'] === undefined
          ? usual
          : {
              key: usual['key'],
              response: { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 10 } },
            },
      ...alwaysFateOf(3, 400, { message: 'x' }),
    }),
    failing: { q3: /"kind":"blocked"/ },
  },
  {
    name: 'lines with the errors of requests that ended with the batch',
    options: () => ({
      line: (() => {
        const ended = [
          { code: 1, message: 'cancelled' },
          { code: 499, message: 'cancelled', status: 'CANCELLED' },
          { code: 4, message: 'too late' },
          { code: null, message: 'too late', status: 'DEADLINE_EXCEEDED' },
        ];
        return (usual: Json) => (usual['error'] === undefined ? usual : { ...usual, error: ended.shift() });
      })(),
      fate: ({ batch, body }) =>
        batch === 1 && [1, 2, 3, 4].some((n) => asks(body, n)) ? { status: 500, body: { error: {} } } : 'answered',
    }),
    batches: 2,
    outcome: { answered: 12, cancelled: 2, expired: 2, failed: 0 },
  },
  {
    name: 'a model that has no batches',
    options: () => ({
      refuse: () => ({ code: 3, message: 'Batch is not supported for models/gemini.', status: 'INVALID_ARGUMENT' }),
    }),
    batches: 'any',
    outcome: {},
    failing: Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`q${n}`, /"error".*Batch is not supported/] as const),
    ),
  },
  {
    name: '503 in the middle of an upload',
    options: () => {
      const down = first(3, { status: 503, body: { error: { code: 503, message: 'down', status: 'UNAVAILABLE' } } });
      return { intercept: (path) => (path === 'POST /upload/v1beta/files' ? down() : undefined) };
    },
  },
  {
    name: '403 when a batch is made: the job stops, and goes on afterwards',
    options: () => ({
      onCreate: () => ({
        status: 403,
        body: { error: { code: 403, message: 'Permission denied on the project.', status: 'PERMISSION_DENIED' } },
      }),
    }),
    stops: /Permission denied on the project/,
  },
  {
    name: 'a download that breaks off, and 503, and then all of it',
    options: () => ({
      download: (text, time) =>
        time === 1
          ? { status: 200, body: text.slice(0, 900), isCut: true }
          : time === 2
            ? { status: 503, body: 'down' }
            : text,
    }),
  },
  {
    name: 'results that lack some lines at first',
    options: () => ({ download: (text, time) => (time === 1 ? text.split('\n').slice(0, 4).join('\n') : text) }),
  },
  {
    name: 'a line without a key',
    options: () => ({ download: (text) => `${text}{"response":{"candidates":[]}}\n` }),
    outcome: { answered: 12, unknown: 1 },
  },
  {
    name: 'the name of the file of results in the metadata alone',
    options: () => ({
      shown: google((metadata, { response }) => ({ metadata: { ...metadata, output: response }, response: undefined })),
    }),
  },
  {
    name: 'counts that are numbers, or none',
    options: () => ({
      shown: google((metadata) => ({ metadata: { ...metadata, batchStats: undefined } })),
    }),
  },
  {
    name: 'an empty error beside the response',
    options: () => ({ line: (usual) => ({ ...usual, error: null }) }),
  },
  {
    name: 'a batch that is made, and its reply lost, in a list of several pages',
    options: (server) => ({
      onCreate: (batch) => {
        if (batch !== 1) return undefined;
        for (let n = 0; n < 5; n += 1) server().addOther([], 'batches/b');
        return 'lost';
      },
    }),
    batches: 6,
  },
  {
    name: 'a batch with an error that is null, while it runs and when it is over',
    options: () => ({
      shown: (() => {
        const before = states(withState('BATCH_STATE_RUNNING'), withState('BATCH_STATE_RUNNING'));
        return (usual: Json) => ({ ...before(usual), error: null });
      })(),
    }),
  },
];

test.each(GOOGLE_CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
  await expectCase(MODELS.google, one);
});
