import { BlenderError, InvalidArgumentError } from '../../error/index.ts';
import type { Question } from '../../records/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { isObject } from '../../util/is-object.ts';

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

const DIRECTIONS: ReadonlySet<unknown> = new Set(['higher', 'lower', 'neither', undefined]);

/** Whether a value is a metric; the compiler has seen none of a file that was loaded. @throws InvalidArgumentError */
export function checkMetric(value: unknown, name: string): EvaluationMetric {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'metric', value: name, message });
  if (!isObject(value) || typeof value['name'] !== 'string' || value['name'] === '') {
    throw refuse('a metric must have a name and a function score.');
  }
  if (typeof value['score'] !== 'function') throw refuse('a metric must have a name and a function score.');
  if (!DIRECTIONS.has(value['better'])) throw refuse('better must be higher, lower or neither.');
  return value as unknown as EvaluationMetric;
}

/** The figures of a metric, one for each answer. @throws InvalidArgumentError where it gives others, or fails */
export async function figuresOfMetric(
  metric: EvaluationMetric,
  answers: readonly MetricAnswer[],
  abortSignal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const refuse = (message: string, cause?: unknown) =>
    new InvalidArgumentError({ parameter: 'metric', value: metric.name, message, cause });
  let values: readonly unknown[];
  try {
    values = await metric.score(answers, { abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error instanceof BlenderError ? error : refuse(`it failed: ${errorMessage(error)}`, error);
  }
  if (!Array.isArray(values)) throw refuse('it gave no list of figures.');
  if (values.length !== answers.length) {
    throw refuse(`it gave ${values.length} figures for ${answers.length} answers.`);
  }
  const wrong = values.find((value) => typeof value !== 'number');
  if (wrong !== undefined || values.includes(undefined)) {
    throw refuse(`it gave ${JSON.stringify(wrong)} for an answer: expected a number, NaN where there is none.`);
  }
  return values as readonly number[];
}

/** Describes a metric. For the types: it returns what it is given. */
export function defineMetric(metric: EvaluationMetric): EvaluationMetric {
  return metric;
}
