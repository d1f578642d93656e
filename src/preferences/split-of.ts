import { hash } from 'node:crypto';
import type { RecordMessage } from '../records/index.ts';

/** A part of a data set. */
export type PreferenceSplit = 'train' | 'test';

/** Hexadecimal digits that make a number without rounding. */
const DIGITS = 12;

/**
 * The part that a question belongs to. It follows from the question alone, whatever its case, blanks and system message,
 * so that a question is never in both, and stays where it is when others are added.
 */
export function splitOf(messages: readonly RecordMessage[], testShare: number): PreferenceSplit {
  const turns = messages.filter(({ role }) => role !== 'system').map(({ content }) => plainText(content));
  const place = Number.parseInt(hash('sha256', JSON.stringify(turns)).slice(0, DIGITS), 16) / 16 ** DIGITS;
  return place < testShare ? 'test' : 'train';
}

function plainText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
