import type { EvaluatedExample } from '../results/evaluated-example.ts';
import type { EvaluationResults } from '../results/results-schema.ts';

/** What a ranker or a blend came to in an example: the word is that of a filter. */
export type ExampleMark = 'best' | 'missed' | 'unknown' | 'fused' | 'candidate' | 'failed';

/** An example in the list, before it is opened. */
export interface ReportEntry {
  readonly id: string;
  /** The beginning of the prompt. */
  readonly title: string;
  readonly category?: string | undefined;
  readonly candidates: number;
  /** By ranker, judge or blend. */
  readonly marks: Readonly<Record<string, ExampleMark>>;
}

/** An example that is opened. */
export interface ReportExample extends EvaluatedExample {
  /** By candidate, from 1 = best by what decides in the run; null where that says nothing. */
  readonly goldRanks: readonly (number | null)[] | null;
}

/** A question as people read it. */
export function questionText(question: EvaluatedExample['question']): string {
  const { prompt, instruction, input } = question as { prompt?: unknown; instruction?: unknown; input?: unknown };
  const parts = [prompt, instruction, input].filter((part) => typeof part === 'string' && part !== '');
  return parts.length > 0 ? parts.join('\n\n') : JSON.stringify(question, undefined, 2);
}

/** What the page of a report is given at once. The examples are in blocks, which are unpacked when one is opened. */
export interface ReportData {
  readonly results: EvaluationResults;
  readonly entries: readonly ReportEntry[];
  /** Examples in a block. */
  readonly blockSize: number;
}

/** Ids of the elements that hold the data. */
export const DATA_ID = 'report-data';
export const blockId = (index: number): string => `block-${index}`;
