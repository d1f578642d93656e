import { hash } from 'node:crypto';
import type { RankerAnswer, Spent } from '../run/answers.ts';
import { type EvaluatedExample, isAnswered, type MeasuredCandidate } from './evaluated-example.ts';
import { type Gold, goldOf, type GoldSource } from './gold.ts';
import { RankerView } from './ranker-view.ts';

/** A candidate without its text. */
export interface CaseCandidate extends Pick<MeasuredCandidate, 'model' | 'preference' | 'characters' | 'metrics'> {
  /** The same for the same text alone. */
  readonly textKey: string;
}

/** An example without its texts, as the figures need it. */
export interface Case {
  readonly id: string;
  readonly prompt: string;
  readonly category: string | undefined;
  readonly candidates: readonly CaseCandidate[];
  /** Undefined where nothing decides which candidates are better. */
  readonly gold: Gold | undefined;
  /** By ranker; those that failed are left out. */
  readonly rankers: ReadonlyMap<string, RankerView>;
}

/** The case of an example. */
export function toCase(example: EvaluatedExample, source: GoldSource | undefined): Case {
  const texts = example.candidates.map(({ text }) => text);
  return {
    id: example.id,
    prompt: example.prompt,
    category: example.category,
    candidates: example.candidates.map(({ text, model, preference, characters, metrics }): CaseCandidate => ({
      textKey: hash('sha256', text).slice(0, 12),
      model,
      preference,
      characters,
      metrics,
    })),
    gold: source === undefined ? undefined : goldOf(example, source),
    rankers: new Map(
      Object.entries({ ...example.judges, ...example.rankers }).flatMap(([name, answer]) =>
        isAnswered<RankerAnswer>(answer) ? [[name, new RankerView(answer, texts)] as const] : [],
      ),
    ),
  };
}

/** What several things cost together; null where a part is not known. */
export function sumSpent(parts: readonly Spent[]): Spent {
  return parts.reduce<Spent>(
    (sum, { rankerPasses, modelCalls, cost }) => ({
      rankerPasses: sum.rankerPasses + rankerPasses,
      modelCalls: sum.modelCalls + modelCalls,
      cost: sum.cost === null || cost === null ? null : sum.cost + cost,
    }),
    { rankerPasses: 0, modelCalls: 0, cost: 0 },
  );
}
