import type { Blender } from '../../api/index.ts';
import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import { type Question, roundScores } from '../../records/index.ts';
import { type BlendAnswer, type BlendVariant, spentOf } from './answers.ts';

/** How the prompt of an example is blended. */
export interface ExampleBlend {
  /** Name of a blend. */
  readonly blend: string;
  /** How many of the best candidates are fused: one fusion of the same candidates for each. None = that of the blend. */
  readonly topK: readonly number[];
  readonly seed: number;
}

/** Blends the prompt of an example: the candidates are generated and ranked once, and fused for each K. */
export async function blendExample(
  blender: Pick<Blender, 'createBlendSession'>,
  question: Question,
  { blend, topK, seed }: ExampleBlend,
  abortSignal: AbortSignal,
): Promise<BlendAnswer> {
  const [firstK, ...otherKs] = topK;
  await using session = blender.createBlendSession({
    ...question,
    blend,
    seed,
    ...(firstK === undefined ? {} : { topK: firstK }),
    abortSignal,
  } as Parameters<Blender['createBlendSession']>[0]);
  const result = await session.run();
  const variants: BlendVariant[] = [
    toVariant(result, { topK: firstK ?? result.fused?.from.length ?? 1, usage: NO_USAGE }),
  ];
  for (const k of otherKs) {
    const { fusion, decision } = await session.fuse({ topK: k });
    variants.push(toVariant(decision, { topK: k, usage: addUsage(fusion.usage, decision.usage) }));
  }
  const candidates = result.candidates.toSorted((left, right) => compareIds(left.id, right.id));
  return roundScores({
    ranker: result.ranker,
    candidates: candidates.map(({ id, model, text, rank, score }) => ({
      id,
      model,
      text,
      rank: rank ?? null,
      score: score ?? null,
    })),
    variants,
    failures: result.failures.map(({ model, kind, message }) => ({ model, kind, message })),
    spent: spentOf(result.usage),
  });
}

function toVariant(
  outcome: {
    readonly fused:
      | { readonly text: string; readonly from: readonly string[]; readonly probability: number | undefined }
      | undefined;
    readonly decision: 'fused' | 'best-candidate';
    readonly decisionReason: string;
  },
  { topK, usage }: { topK: number; usage: Usage },
): BlendVariant {
  const { fused, decision, decisionReason } = outcome;
  return {
    topK,
    ...(fused === undefined ? {} : { from: fused.from }),
    fused: fused?.text ?? null,
    decision,
    decisionReason,
    probability: fused?.probability ?? null,
    spent: spentOf(usage),
  };
}

/** Ids of candidates count the members and their samples. */
function compareIds(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
