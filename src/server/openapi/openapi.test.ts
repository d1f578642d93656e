import { expect, test } from 'vitest';
import type { z } from 'zod';
import { createBlender } from '../../index.ts';
import { IdempotentAnswers } from '../answer/idempotent-answers.ts';
import { ToolCallMemory } from '../answer/tool-call-memory.ts';
import { chat, chunksOf, fakeBlend, post, startFake } from '../__fixtures__/fake-server.ts';
import { chatCompletion, chatCompletionChunk } from '../chat/chat-response.ts';
import { createBlendParts } from '../blends/blend-parts.ts';
import { createApp } from '../create-app.ts';
import { HostCheck } from '../host-check.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import { ReportFolders } from '../reports/report-folders.ts';
import { RequestGate } from '../request-gate.ts';
import { responseEvent, responseObject } from '../responses/responses-response.ts';
import { ServedModels } from '../served-models.ts';
import { ServedRankers } from '../served-rankers.ts';
import { completeLimits } from '../server-limits.ts';
import { operationsOf } from './operations.ts';

interface Document {
  readonly openapi: string;
  readonly security: readonly object[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, object>> }>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>;
  };
}

async function documentOf(server: { url: string }, init: RequestInit = {}): Promise<Document> {
  return (await fetch(`${server.url}/openapi.json`, init)).json() as Promise<Document>;
}

test('every route is in the document, and nothing else is', async () => {
  await using blender = createBlender({ blends: { mine: fakeBlend() } });
  const models = new ServedModels(blender, ['mine']);
  const limits = completeLimits({});
  const parts = {
    blender,
    models,
    rankers: new ServedRankers({}),
    limits,
    reports: await ReportFolders.open([]),
    gate: new RequestGate({ limit: 1, onError: () => {} }),
    metrics: new ServerMetrics(() => 0),
    memory: new ToolCallMemory(),
    answers: new IdempotentAnswers(),
    ...createBlendParts(blender, { config: {}, models, limits }),
    showProgress: true,
    keepAliveMs: undefined,
    report: () => {},
  };
  const hostCheck = new HostCheck({ host: '127.0.0.1', port: 1, allowedHosts: [] });
  const app = createApp(parts, { hostCheck: () => hostCheck, keys: undefined, needsKey: false, onRequest: undefined });
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`);
  expect(Object.keys(operationsOf({ ...parts, models: parts.models.list })).toSorted()).toEqual(
    [...new Set(routes)].toSorted(),
  );
});

test('the document names the models and the limits of this server, and its references lead somewhere', async () => {
  const server = await startFake({}, { limits: { choices: 2 } });
  const document = await documentOf(server);
  const { properties = {} } = document.components.schemas['ChatCompletionRequest'] ?? {};
  expect(properties['model']).toMatchObject({ enum: ['mine', 'blend/mine', 'fake/a', 'fake/b', 'openrouter/fusion'] });
  expect(properties['n']).toMatchObject({ anyOf: [{ maximum: 2 }, { type: 'null' }] });
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
  for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
  for (const path of Object.values(document.paths)) {
    for (const { responses } of Object.values(path)) expect(Object.keys(responses)[0]).toMatch(/^2/);
  }
});

test('answers are of the form that the document has', async () => {
  const server = await startFake();
  const bodies: [z.ZodType, unknown][] = [[chatCompletion, await (await chat(server, { n: 2 })).json()]];
  const chunks = await chunksOf(await chat(server, { stream: true, stream_options: { include_usage: true } }));
  bodies.push(...chunks.map((chunk): [z.ZodType, unknown] => [chatCompletionChunk, chunk]));
  const asked = { model: 'mine', input: 'Why?' };
  bodies.push([responseObject, await (await post(server, '/v1/responses', asked)).json()]);
  const text = await (await post(server, '/v1/responses', { ...asked, stream: true })).text();
  for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm)) bodies.push([responseEvent, JSON.parse(data)]);
  for (const [schema, body] of bodies) expect(schema.safeParse(body).error).toBeUndefined();
});

test('a path that is there names its methods, also to HEAD', async () => {
  const server = await startFake();
  for (const [method, path, allow] of [
    ['GET', '/v1/chat/completions', 'POST'],
    ['DELETE', '/v1/models', 'GET, HEAD'],
    ['PATCH', '/v1/models/fake/a', 'GET, HEAD'],
    ['PUT', '/rerank', 'POST'],
  ] as const) {
    const response = await fetch(`${server.url}${path}`, { method });
    expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, allow]);
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  }
  const head = await fetch(`${server.url}/v1/models`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});
