import { randomUUID } from 'node:crypto';
import type { JSONObject } from '@ai-sdk/provider';
import { z } from 'zod';
import type { Route } from './app-env.ts';
import { ApiError } from './api-error.ts';
import { readBody } from './read-body.ts';
import type { ServerParts } from './server-parts.ts';

/** The body of a request to `/v1/rerank`. */
export const rerankRequest = z.object({
  model: z.string().nullish(),
  query: z.string().min(1),
  documents: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).min(1),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
});

/** What is answered. */
export const rerankResponse = z.object({
  id: z.string(),
  object: z.literal('list'),
  model: z.string(),
  results: z.array(
    z.object({
      index: z.int().min(0),
      relevance_score: z.number().min(0).max(1),
      document: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  usage: z.object({ total_tokens: z.int().min(0) }),
  meta: z.object({ api_version: z.object({ version: z.string() }) }),
  llm_blender: z.looseObject({}).optional(),
});

/** `POST /v1/rerank` and `/v2/rerank`, in a form that clients of Cohere and of Jina read. */
export function rerankRoute({ blender, rankers, limits, gate }: ServerParts): Route {
  return async (context) => {
    const admitted = gate.enter(context.get('key'));
    try {
      const request = await readBody(context.req.raw, { schema: rerankRequest, limit: limits.bodyBytes });
      const { query, documents } = request;
      if (documents.length > limits.documents) {
        const message = `documents: at most ${limits.documents} here, and not ${documents.length}.`;
        throw new ApiError({ status: 400, message, param: 'documents' });
      }
      const ranker = rankers.find(request.model ?? 'default');
      const model = blender.rankerModel(ranker);
      const texts = documents.map(textOf);
      const call: Parameters<typeof model.doRerank>[0] = {
        query,
        documents: texts.every((text) => text !== undefined)
          ? { type: 'text', values: texts }
          : {
              type: 'object',
              values: documents.map((document) =>
                typeof document === 'string' ? { text: document } : document,
              ) as JSONObject[],
            },
        ...(request.top_n === null || request.top_n === undefined ? {} : { topN: request.top_n }),
        abortSignal: AbortSignal.any([context.req.raw.signal, gate.closing]),
      };
      const candidates = documents.map((document) =>
        typeof document === 'string' ? document : JSON.stringify(document),
      );
      const { ranking, providerMetadata } = await admitted.run(
        {
          estimate: async () => [
            await blender.estimateRank({ prompt: query, candidates, ranker, strategy: 'adaptive' }),
          ],
        },
        async () => model.doRerank(call),
      );
      const notes = providerMetadata?.['llmBlender'];
      return Response.json({
        id: `rerank-${randomUUID()}`,
        object: 'list',
        model: model.modelId,
        results: ranking.map(({ index, relevanceScore }) => ({
          index,
          relevance_score: relevanceScore,
          ...(request.return_documents === true ? { document: toDocument(documents[index]) } : {}),
        })),
        usage: { total_tokens: totalTokens(notes?.['usage']) },
        meta: { api_version: { version: context.req.path.startsWith('/v2') ? '2' : '1' } },
        ...(notes === undefined ? {} : { llm_blender: notes }),
      });
    } finally {
      admitted.leave();
    }
  };
}

/** The text of a document that is nothing else; undefined for one with fields. */
function textOf(document: string | Readonly<Record<string, unknown>>): string | undefined {
  if (typeof document === 'string') return document;
  const { text, ...more } = document;
  return typeof text === 'string' && Object.keys(more).length === 0 ? text : undefined;
}

function toDocument(document: string | object | undefined): object {
  return typeof document === 'object' ? document : { text: document };
}

const spent = z.object({ inputTokens: z.number(), outputTokens: z.number() });

/** Tokens that the ranker has read and written; those of a trained ranker are not counted. */
function totalTokens(usage: unknown): number {
  const { data } = spent.safeParse(usage);
  return data === undefined ? 0 : data.inputTokens + data.outputTokens;
}
