import type { Question } from '../../records/index.ts';

/** An answer with what a metric may look at. */
export interface MetricAnswer {
  /** The answer. */
  readonly candidate: string;
  /** Reference answers; empty where there are none. */
  readonly references: readonly string[];
  readonly question: Question;
  /** The model that wrote it, where that is known. */
  readonly model?: string | undefined;
}

/** Something that is measured of each answer. One file is enough for a metric of your own. */
export interface EvaluationMetric {
  /** Short and unique, such as `rougeL`: its name in the results. */
  readonly name: string;
  /** The head of its column. @default its name */
  readonly label?: string | undefined;
  /** The metric with every setting that changes its figures, to be printed beside them. @default its name */
  readonly signature?: string | undefined;
  /** Which figures are better; undefined where that depends, as for lengths. @default 'higher' */
  readonly better?: 'higher' | 'lower' | 'neither' | undefined;
  /** Whether answers without a reference are left out. @default false */
  readonly needsReferences?: boolean | undefined;
  /** The figure of each answer, in their order; NaN for one that has none. */
  readonly score: (
    answers: readonly MetricAnswer[],
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ) => Promise<readonly number[]> | readonly number[];
}

/** Describes a metric. For the types: it returns what it is given. */
export function defineMetric(metric: EvaluationMetric): EvaluationMetric {
  return metric;
}
