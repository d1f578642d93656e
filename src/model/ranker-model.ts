import type {
  JSONObject,
  RerankingModelV4,
  RerankingModelV4CallOptions,
  RerankingModelV4Result,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { RankerNotes } from '../compare/index.ts';
import { rank, type RankExplanation, type RankSettings, rankWithReference } from '../rank/index.ts';
import { DEFAULT_RANKER, type Resources, sharedResources } from '../registry/index.ts';
import { BLEND_PROVIDER } from '../spec/blend-provider.ts';
import { type RankerChoice, rankerName } from '../spec/ranker-choice.ts';
import type { Usage } from '../spec/usage.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { probabilityOf } from '../util/probability-of.ts';
import { PROVIDER_KEY } from './provider-metadata.ts';

/** How a ranker reranks: which pairs it compares, and how it calls its model if it has one. */
export type RankerModelOptions = Pick<
  RankSettings,
  'strategy' | 'orders' | 'confidence' | 'maxPairs' | 'timeoutMs' | 'maxRetries'
>;

/**
 * A ranker as a reranking model of the AI SDK. The relevance of a document is the probability, by the ranker, that it is
 * better than another of the list, on average: between 0 and 1, and 0.5 for a document alone. It says which documents
 * are better, and not whether any of them is good.
 */
export class RankerModel implements RerankingModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider = BLEND_PROVIDER;
  readonly modelId: string;
  readonly #ranker: RankerChoice;
  readonly #options: RankerModelOptions;
  readonly #resources: Resources;

  constructor(
    ranker: RankerChoice = DEFAULT_RANKER,
    options: RankerModelOptions = {},
    resources: Resources = sharedResources(),
  ) {
    this.#ranker = ranker;
    this.modelId = rankerName(ranker);
    this.#options = options;
    this.#resources = resources;
  }

  /** @throws InvalidArgumentError, RankerError, the signal's reason on abort. */
  async doRerank(call: RerankingModelV4CallOptions): Promise<RerankingModelV4Result> {
    const { query, documents, topN } = call;
    checkNumber('topN', topN, COUNT);
    const abortSignal = mergeAbortSignals(call.abortSignal, this.#resources.closing);
    abortSignal?.throwIfAborted();
    const texts = documents.type === 'text' ? documents.values : documents.values.map(objectText);
    const warnings: SharedV4Warning[] =
      documents.type === 'text'
        ? []
        : [{ type: 'compatibility', feature: 'object documents', details: 'They are read as lines of "key: value".' }];
    if (texts.length === 0) return { ranking: [], warnings, response: { modelId: this.modelId } };
    const { relevance, ...notes } = await this.#score({ query, texts, topN, abortSignal });
    const ranking = relevance
      .map((relevanceScore, index) => ({ index, relevanceScore }))
      .toSorted((left, right) => right.relevanceScore - left.relevanceScore || left.index - right.index)
      .slice(0, topN);
    return {
      ranking,
      warnings,
      providerMetadata: {
        [PROVIDER_KEY]: JSON.parse(JSON.stringify({ ...notes, ranker: this.modelId })) as JSONObject,
      },
      response: { modelId: this.modelId, timestamp: new Date() },
    };
  }

  async #score({
    query,
    texts,
    topN,
    abortSignal,
  }: {
    query: string;
    texts: readonly string[];
    topN: number | undefined;
    abortSignal: AbortSignal | undefined;
  }): Promise<Relevance> {
    const { orders, timeoutMs, maxRetries } = this.#options;
    const calls = { orders, timeoutMs, maxRetries };
    const ranker = await this.#resources.resolveRanker(this.#ranker, { abortSignal });
    const asked = { prompt: query, candidates: texts, ranker, abortSignal, resources: this.#resources };
    if (ranker.pointwise === true && texts.some((text) => text.trim() !== '')) {
      // A comparison is the difference of two scores, so that one text to compare with is enough.
      const result = await rankWithReference({ ...calls, ...asked, reference: 'longest' });
      const { scores } = result;
      return toRelevance(result, texts.length, (one, other) => (scores[one] ?? 0) - (scores[other] ?? 0));
    }
    const settings = { strategy: 'adaptive' as const, ...definedOnly(this.#options) };
    const isPart = topN !== undefined && topN < texts.length;
    const goal = isPart ? ({ goal: 'top-k', topK: topN } as const) : ({ goal: 'order' } as const);
    const result = await rank({ ...settings, ...goal, ...asked });
    return toRelevance(result, texts.length, logitOf(result.explanation));
  }
}

/** Relevance of each document, and what the ranker says of all of it. */
interface Relevance extends RankerNotes {
  readonly relevance: readonly number[];
  readonly usage: Usage;
}

function toRelevance(
  { ranker, warning, truncated, unreadable, usage }: RankerNotes & { readonly usage: Usage },
  size: number,
  logit: (one: number, other: number) => number,
): Relevance {
  return { ranker, warning, truncated, unreadable, usage, relevance: meanProbabilities(size, logit) };
}

/** For each document the probability of being better than another, over all others. */
function meanProbabilities(size: number, logit: (one: number, other: number) => number): readonly number[] {
  return Array.from({ length: size }, (_, one) => {
    let sum = 0;
    for (let other = 0; other < size; other++) if (other !== one) sum += probabilityOf(logit(one, other));
    // Rounding to twelve digits keeps equal documents equal, in whatever order they were added up.
    return size === 1 ? 0.5 : Number((sum / (size - 1)).toFixed(12));
  });
}

/** The log-odds of each pair: as compared, else as the strengths of the two tell. */
function logitOf({ matrix, strengths }: RankExplanation): (one: number, other: number) => number {
  return (one, other) => matrix[one]?.[other] ?? (strengths[one]?.strength ?? 0) - (strengths[other]?.strength ?? 0);
}

/** An object as text: a line for each entry, since rankers read texts rather than JSON. */
function objectText(object: JSONObject): string {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
