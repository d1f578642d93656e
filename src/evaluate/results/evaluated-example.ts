import type { Example, ExampleCandidate } from '../data/example.ts';
import type { BlendAnswer, BlendVariant, RankerAnswer, Spent } from '../run/answers.ts';
import type { BlendOutcome } from '../run/blend-outcomes.ts';
import type { OutcomeJudgement } from '../run/judge-blends.ts';

/** Why a system has no answer. */
export interface Failed {
  readonly error: string;
}

/** Figures of a text by the names of the metrics; a metric that has none of it is left out. */
export type Metrics = Readonly<Record<string, number>>;

/** A candidate of the data with what was measured of it. */
export interface MeasuredCandidate extends Omit<ExampleCandidate, 'scores'> {
  /** Length of the text. */
  readonly characters: number;
  /** The scores of the data, and figures of metrics. */
  readonly metrics: Metrics;
}

/** A text that a blend generated or fused. */
export interface BlendText {
  readonly text: string;
  readonly characters: number;
  readonly metrics: Metrics;
}

/** What a blend made of an example. Numbers in `text` and `fused` are places in `texts`, from 0. */
export interface MeasuredBlend extends Pick<BlendAnswer, 'failures' | 'ranker' | 'isGiven'> {
  readonly texts: readonly BlendText[];
  readonly candidates: readonly (Omit<BlendAnswer['candidates'][number], 'text'> & { readonly text: number })[];
  readonly variants: readonly (Omit<BlendVariant, 'fused'> & { readonly fused: number | null })[];
  readonly outcomes: readonly (Omit<BlendOutcome, 'text'> & { readonly text: number })[];
  readonly spent: Spent;
}

/** One line of `examples.jsonl`: an example with everything that was asked and measured. */
export interface EvaluatedExample extends Omit<Example, 'candidates'> {
  readonly candidates: readonly MeasuredCandidate[];
  /** By ranker. */
  readonly rankers: Readonly<Record<string, RankerAnswer | Failed>>;
  /** Rankers that give the verdicts, in the place of the data. */
  readonly judges: Readonly<Record<string, RankerAnswer | Failed>>;
  /** By blend. */
  readonly blends: Readonly<Record<string, MeasuredBlend | Failed>>;
  /** Judges of the outcomes of blends. */
  readonly blendJudges: Readonly<Record<string, OutcomeJudgement | Failed>>;
}

/** Whether a system has answered. */
export function isAnswered<ANSWER extends object>(answer: ANSWER | Failed | undefined): answer is ANSWER {
  return answer !== undefined && !('error' in answer);
}
