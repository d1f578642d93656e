import type { RerankingModelV4 } from '@ai-sdk/provider';
import type { PairRanker } from '../../spec/pair-ranker.ts';
import { aText, anything, checkOptions, required, anObjectWith } from '../../util/check-options.ts';
import { checkNumber } from '../../util/check-number.ts';
import { checkScore, scoreRanker } from './function-ranker.ts';

/**
 * Makes a ranker from a reranking model of the AI SDK (Cohere, Jina and others): the task is the query, the candidates
 * are the documents, one call for each task. The logit of a pair is the difference of the two relevance scores, so its
 * sign is the preference, and its size is on the scale of the model.
 *
 * *Note*: a model that scores documents relative to each other gives a candidate other scores beside other candidates.
 *
 * @param scale factor of the scores, for models whose scores are close together.
 * @example
 * import { cohere } from '@ai-sdk/cohere';
 * const ranker = rankerFromRerankingModel({ model: cohere.reranking('rerank-v3.5') });
 * const { best } = await rank({ prompt: 'Name a prime.', candidates: ['4', '7 is a prime.'], ranker });
 */
export function rankerFromRerankingModel(options: {
  model: RerankingModelV4;
  /** @default provider and model */
  name?: string;
  /** @default 1 */
  scale?: number;
}): PairRanker {
  checkOptions('rankerFromRerankingModel', options, {
    model: required(anObjectWith('doRerank')),
    name: aText,
    scale: anything,
  });
  const { model, scale = 1 } = options;
  checkNumber('scale', scale, { above: 0 });
  const { name = `${model.provider}/${model.modelId}` } = options;
  return scoreRanker({
    name,
    score: async ({ task, texts, abortSignal }) => {
      const { ranking } = await model.doRerank({
        query: task,
        documents: { type: 'text', values: [...texts] },
        topN: texts.length,
        ...(abortSignal === undefined ? {} : { abortSignal }),
      });
      const scores = texts.map(() => Number.NaN);
      for (const { index, relevanceScore } of ranking) scores[index] = scale * checkScore(relevanceScore, name);
      return { scores, calls: 1 };
    },
  });
}
