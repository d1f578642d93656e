import type { Usage } from '../../spec/usage.ts';

/** Forward passes of rankers, calls to language models, and their cost in US dollars (null = not known). */
export interface Spent {
  readonly rankerPasses: number;
  readonly modelCalls: number;
  readonly cost: number | null;
}

/** What was spent. Answers that came without a call count like others, so that it does not depend on interruptions. */
export function spentOf({ calls, savedCalls = 0, rankerPasses = 0, cost }: Usage): Spent {
  return { rankerPasses, modelCalls: calls + savedCalls - rankerPasses, cost: cost ?? null };
}

/** A pair as a ranker or a judge compared it. Indices count what was ranked, from 0. */
export interface StoredComparison {
  readonly left: number;
  readonly right: number;
  /** Log-odds that left is better, of both orders together; null without an opinion. */
  readonly logit: number | null;
  /** Those of each order: with left shown first, and with right shown first (positive speaks for right). Null = not asked. */
  readonly forward: number | null;
  readonly reverse: number | null;
  /** Verdicts of a judge that gives such, in the order shown. */
  readonly verdicts?: readonly (string | null)[];
  /** The rule that decided without the ranker. */
  readonly rule?: 'identical' | 'empty';
}

/** What a ranker says of one example. */
export interface RankerAnswer {
  /** By candidate; higher = better. */
  readonly scores: readonly number[];
  /** By candidate: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /** Index of the best. */
  readonly best: number;
  readonly comparisons: readonly StoredComparison[];
  readonly truncated: boolean;
  readonly spent: Spent;
}

/** One answer that a blend generated, or that the data have. */
export interface BlendCandidate {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly rank: number | null;
  readonly score: number | null;
}

/** What fusing the best K came to. */
export interface BlendVariant {
  readonly topK: number;
  /** Ids of the candidates that were fused, best first: fewer than K where there are no more different ones. */
  readonly from?: readonly string[];
  /** Null where nothing was fused. */
  readonly fused: string | null;
  readonly decision: 'fused' | 'best-candidate';
  readonly decisionReason: string;
  /** The blend's own probability that the fused text is better than the best candidate; null where it was not checked. */
  readonly probability: number | null;
  readonly spent: Spent;
}

/** What a blend makes of one example. */
export interface BlendAnswer {
  /** The ranker of the blend. */
  readonly ranker: string;
  /** Whether the candidates are those of the data, in their order. Absent = the blend generated them. */
  readonly isGiven?: true;
  /** In the order of the models of the blend; `model` is empty where the data name none. */
  readonly candidates: readonly BlendCandidate[];
  readonly variants: readonly BlendVariant[];
  readonly failures: readonly { readonly model: string; readonly kind: string; readonly message: string }[];
  /** Of generating and ranking the candidates. */
  readonly spent: Spent;
}
