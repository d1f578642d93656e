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
  /** Models of the best answers, by what decides in the run. Left out where that says nothing. */
  readonly best?: readonly string[] | undefined;
  /** By ranker, judge or blend. */
  readonly marks: Readonly<Record<string, ExampleMark>>;
}

/** An example that is opened. */
export interface ReportExample extends EvaluatedExample {
  /** By candidate, from 1 = best by what decides in the run; null where that says nothing. */
  readonly goldRanks: readonly (number | null)[] | null;
}

/** A question as people read it: its texts, or what each side of a conversation said. */
export function questionText(question: EvaluatedExample['question']): string {
  const { system = '' } = question;
  return [system === '' ? '' : `system: ${system}`, askedText(question)].filter((part) => part !== '').join('\n\n');
}

/** The same without the system prompt, which many examples have in common. */
export function askedText(question: EvaluatedExample['question']): string {
  if (!('messages' in question))
    return [question.instruction, question.input ?? ''].filter((part) => part !== '').join('\n\n');
  const { messages } = question;
  const isOne = messages.length === 1;
  return messages.map(({ role, content }) => (isOne ? content : `${role}: ${content}`)).join('\n\n');
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
