import { z } from 'zod';
import { blendOperations } from '../blends/blend-operations.ts';
import { chatCompletion, chatCompletionChunk } from '../chat/chat-response.ts';
import { chatRequest } from '../chat/chat-request.ts';
import { compareRequest, comparison } from '../compare-route.ts';
import { FUSION_ALIAS } from '../fusion/fusion-request.ts';
import { servedModel, servedModelList } from '../models-route.ts';
import { REPORT_OPERATIONS } from '../reports/report-operations.ts';
import { rerankRequest, rerankResponse } from '../rerank-route.ts';
import { responseEvent, responseObject } from '../responses/responses-response.ts';
import { responsesRequest } from '../responses/responses-request.ts';
import type { ServedModel } from '../served-models.ts';
import type { ServerParts } from '../server-parts.ts';
import { ANSWER_ERRORS, COMMON_ERRORS, MODEL_ERRORS } from './error-responses.ts';
import type { Operation, Operations, Parameter } from './operation.ts';

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A second request with the same key and body joins the one under way, or gets its answer again; for an hour.',
  schema: z.string().regex(/^[!-~]{1,255}$/),
};

/** As an example. */
const QUESTION = 'Why is the sky blue?';

const status = z.object({ status: z.string() });

/** All that this server answers, with these models and its limits. */
export function operationsOf({
  models,
  rankers,
  limits,
}: Pick<ServerParts, 'rankers' | 'limits'> & { readonly models: readonly ServedModel[] }): Operations {
  const model = z.enum([
    ...models.flatMap(({ id, kind }) => (kind === 'blend' ? [id, `blend/${id}`] : [id])),
    FUSION_ALIAS,
  ]);
  const ranker = z.enum(rankers.names).nullish();
  const outputTokens = z.int().min(1).max(limits.outputTokens).nullish();
  const rerank: Operation = {
    id: 'rerank',
    summary: 'Documents in the order of how well they answer a query, in the form of Cohere and Jina.',
    body: {
      name: 'RerankRequest',
      schema: rerankRequest.extend({
        model: ranker,
        query: rerankRequest.shape.query.meta({ examples: [QUESTION] }),
        documents: rerankRequest.shape.documents
          .max(limits.documents)
          .meta({ examples: [['Air scatters blue light.', 'I like trains.']] }),
      }),
    },
    replies: {
      200: { description: 'The documents, the best first.', body: { name: 'RerankResponse', schema: rerankResponse } },
    },
    errors: MODEL_ERRORS,
  };
  return {
    'POST /v1/chat/completions': {
      id: 'createChatCompletion',
      summary: 'An answer of a blend or of one of its members, whole or streamed.',
      parameters: [IDEMPOTENCY_KEY],
      body: {
        name: 'ChatCompletionRequest',
        schema: chatRequest.extend({
          model,
          messages: chatRequest.shape.messages
            .max(limits.messages)
            .meta({ examples: [[{ role: 'user', content: QUESTION }]] }),
          n: z.int().min(1).max(limits.choices).nullish(),
          max_tokens: outputTokens,
          max_completion_tokens: outputTokens,
        }),
      },
      replies: {
        200: {
          description: 'The answer; events where `stream` is set.',
          body: { name: 'ChatCompletion', schema: chatCompletion },
          events: { name: 'ChatCompletionChunk', schema: chatCompletionChunk },
        },
      },
      errors: ANSWER_ERRORS,
    },
    'POST /v1/responses': {
      id: 'createResponse',
      summary: 'The same in the form of the Responses API. No answer is kept.',
      parameters: [IDEMPOTENCY_KEY],
      body: {
        name: 'CreateResponse',
        schema: responsesRequest.extend({
          model,
          max_output_tokens: outputTokens,
          input: responsesRequest.shape.input.meta({ examples: [QUESTION] }),
        }),
      },
      replies: {
        200: {
          description: 'The answer; events where `stream` is set.',
          body: { name: 'Response', schema: responseObject },
          events: { name: 'ResponseEvent', schema: responseEvent },
        },
      },
      errors: ANSWER_ERRORS,
    },
    'GET /v1/models': {
      id: 'listModels',
      summary: 'The blends, and the models that are members of them.',
      replies: {
        200: { description: 'All of them, blends first.', body: { name: 'ModelList', schema: servedModelList } },
      },
      errors: COMMON_ERRORS,
    },
    'GET /v1/models/{id}': {
      id: 'retrieveModel',
      summary: 'One of them. Its id may have slashes.',
      parameters: [{ name: 'id', in: 'path', description: 'Such as ollama/gemma3.', schema: z.string().min(1) }],
      replies: { 200: { description: 'The model.', body: { name: 'Model', schema: servedModel } } },
      errors: [...COMMON_ERRORS, 404],
    },
    'POST /v1/rerank': rerank,
    'POST /v2/rerank': { ...rerank, id: 'rerankV2' },
    'POST /rerank': { ...rerank, id: 'rerankWithoutVersion' },
    'POST /v1/compare': {
      id: 'compare',
      summary: 'Which of two answers is better.',
      body: {
        name: 'CompareRequest',
        schema: compareRequest.safeExtend({ model: ranker }).meta(compareRequest.meta() ?? {}),
      },
      replies: { 200: { description: 'The comparison.', body: { name: 'Comparison', schema: comparison } } },
      errors: MODEL_ERRORS,
    },
    ...blendOperations(limits),
    ...REPORT_OPERATIONS,
    'GET /metrics': {
      id: 'getMetrics',
      summary: 'What the server counts, in the text form of Prometheus.',
      replies: { 200: { description: 'The samples.', mediaType: 'text/plain' } },
      errors: COMMON_ERRORS,
    },
    'GET /health': {
      id: 'health',
      summary: 'Whether the server runs.',
      replies: { 200: { description: 'It does.', body: { name: 'Status', schema: status } } },
      errors: [403, 405],
      isOpen: true,
    },
    'GET /ready': {
      id: 'ready',
      summary: 'Whether it takes requests.',
      replies: {
        200: { description: 'It does.', body: { name: 'Status', schema: status } },
        503: { description: 'It is shutting down.', body: { name: 'Status', schema: status } },
      },
      errors: [403, 405],
      isOpen: true,
    },
    'GET /openapi.json': {
      id: 'openapi',
      summary: 'This document.',
      replies: {
        200: {
          description: 'The document.',
          body: { name: 'Document', schema: z.looseObject({ openapi: z.string() }) },
        },
      },
      errors: COMMON_ERRORS,
    },
  };
}
