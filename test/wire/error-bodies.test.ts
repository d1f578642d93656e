import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBlender, type FailureKind, NoCandidatesError } from '../../src/index.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import type { Reply } from './reply.ts';
import { KEY } from './wire-blender.ts';

/** An error as a server writes it, and what must become of the call. */
interface ErrorBody {
  readonly name: string;
  readonly status?: number;
  /** JSON, or a text as it is. */
  readonly body: unknown;
  readonly kind: FailureKind;
  /** Whether the call is made again. */
  readonly again: boolean;
  /** A part of the message. */
  readonly says: string;
}

function readErrors(name: string): readonly ErrorBody[] {
  const text = readFileSync(join(import.meta.dirname, '__fixtures__', `${name}.jsonl`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ErrorBody);
}

/** Errors with an HTTP status of their own. */
const STATUS_ERRORS = readErrors('errors-with-status');

/** Errors with status 200, and in streams. */
const BODY_ERRORS = readErrors('errors-in-bodies');

const PROVIDERS = ['mine', 'groq', 'mistral', 'openrouter', 'openai', 'anthropic', 'google', 'gateway'] as const;

function reply(status: number, body: string, type: string): Reply {
  const headers = { 'content-type': type, 'retry-after-ms': '1' };
  return { status, statusText: '', headers, chunks: body === '' ? [] : [Buffer.from(body)] };
}

/** The model that a request names, in the ways of the APIs. */
function modelOf({ path, headers, body }: ReceivedRequest): string {
  const named = typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : undefined;
  return named ?? headers['ai-language-model-id'] ?? /models\/(\w+):/.exec(path)?.[1] ?? '';
}

/** What becomes of calls that are answered so: for each error one model, which is asked with one retry. */
async function outcomes(provider: string, errors: readonly ErrorBody[], toReply: (error: ErrorBody) => Reply) {
  const replies = new Map(errors.map((error, index) => [`m${index}`, toReply(error)]));
  await using server = await ReplayServer.start(
    (request) =>
      (request.method === 'POST' ? replies.get(modelOf(request)) : undefined) ?? reply(404, '', 'text/plain'),
  );
  const providers = { [provider]: { baseURL: `${server.url}/v1`, apiKeyEnv: 'KEY' } };
  await using blender = createBlender({ env: { KEY }, providers });
  const models = [...replies.keys()].map((id) => `${provider}/${id}`);
  const thrown = await blender
    .generateCandidates({ prompt: 'Why?', models, maxRetries: 1 })
    .catch((error: unknown) => error);
  const failures = thrown instanceof NoCandidatesError ? thrown.failures : [];
  const asked = server.requests.filter(({ method }) => method === 'POST').map(modelOf);
  return errors.map(({ name }, index) => {
    const { kind, message } = failures.find(({ model }) => model === models[index]) ?? {};
    return { name, kind, message, calls: asked.filter((id) => id === `m${index}`).length };
  });
}

function expected(errors: readonly ErrorBody[]) {
  return errors.map(({ name, kind, says, again }) => ({
    name,
    kind,
    message: expect.stringContaining(says),
    calls: again ? 2 : 1,
  }));
}

const textOf = ({ body }: ErrorBody) => (typeof body === 'string' ? body : JSON.stringify(body));

function typeOf({ body }: ErrorBody): string {
  if (typeof body !== 'string') return 'application/json';
  return body.startsWith('<') ? 'text/html' : 'text/plain';
}

describe.each(PROVIDERS)('%s', (provider) => {
  test('errors with a status', async () => {
    const told = await outcomes(provider, STATUS_ERRORS, (error) =>
      reply(error.status ?? 500, textOf(error), typeOf(error)),
    );
    expect(told).toEqual(expected(STATUS_ERRORS));
  });

  test('errors in place of an answer', async () => {
    const told = await outcomes(provider, BODY_ERRORS, (error) => reply(200, textOf(error), 'application/json'));
    expect(told).toEqual(expected(BODY_ERRORS));
  });

  test('errors as the first event of a stream', async () => {
    const told = await outcomes(provider, BODY_ERRORS, (error) =>
      reply(200, `data: ${textOf(error)}\n\n`, 'text/event-stream'),
    );
    expect(told).toEqual(expected(BODY_ERRORS));
  });
});
