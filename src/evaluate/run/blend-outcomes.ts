import type { BlendAnswer } from './answers.ts';

/** A text that using a blend in some way would have given. */
export interface BlendOutcome {
  /** Unique among all blends of a run. */
  readonly key: string;
  readonly blend: string;
  /**
   * `single`: the first answer of a model. `best`: the candidate that the ranker puts first. `fused`: the fused text,
   * whatever it is worth. `kept`: the better of the two by the blend's own check, which is what the blend answers.
   */
  readonly kind: 'single' | 'best' | 'fused' | 'kept';
  /** Of `single`. */
  readonly model?: string;
  /** Of `fused` and `kept`. */
  readonly topK?: number;
  readonly text: string;
}

/** The outcomes of a blend for one example. Where nothing was fused, the best candidate is the outcome. */
export function blendOutcomes(blend: string, answer: BlendAnswer): readonly BlendOutcome[] {
  const { candidates, variants, isGiven = false } = answer;
  const models = new Set(candidates.map(({ model }) => model).filter((model) => model !== ''));
  const singles = [...models].map((model): BlendOutcome => {
    const text = candidates.find((candidate) => candidate.model === model)?.text ?? '';
    // The answers in the data are the same for every blend.
    return { key: isGiven ? model : `${blend}: ${model} alone`, blend, kind: 'single', model, text };
  });
  const ranked = candidates.toSorted((left, right) => (left.rank ?? 1) - (right.rank ?? 1));
  const best = ranked[0]?.text;
  if (best === undefined) return [];
  return [
    ...singles,
    { key: `${blend}: best candidate`, blend, kind: 'best', text: best },
    ...variants.flatMap(({ topK, fused, decision }): readonly BlendOutcome[] => [
      { key: `${blend}: fused, K = ${topK}`, blend, kind: 'fused', topK, text: fused ?? best },
      {
        key: `${blend}: kept, K = ${topK}`,
        blend,
        kind: 'kept',
        topK,
        text: decision === 'fused' && fused !== null ? fused : best,
      },
    ]),
  ];
}
