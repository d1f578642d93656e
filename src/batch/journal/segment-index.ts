import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import type { AppendLog } from './append-log.ts';
import type { ItemRow } from './journal-line.ts';

/** What the rows of a segment come to. */
export interface SegmentCounts {
  readonly done: number;
  readonly failed: number;
  readonly usage: Usage;
}

/** A line of the index: the counts of one finished segment. */
export interface IndexLine extends SegmentCounts {
  readonly segment: number;
  readonly generation: number;
}

/** False for what a killed process left of a line. */
export function isIndexLine(line: string): boolean {
  return line.startsWith('{"segment":') && line.endsWith('}}');
}

/** What rows come to. */
export function countRows(rows: readonly ItemRow[]): SegmentCounts {
  const failed = rows.filter((row) => row.failed).length;
  return { done: rows.length - failed, failed, usage: sumUsage(rows.map((row) => row.usage)) };
}

/** Usage for a sum in which what is not known counts nothing. */
export function knownUsage(usage: Usage): Usage {
  const { inputTokens = 0, outputTokens = 0, cost = 0 } = usage;
  return { ...usage, inputTokens, outputTokens, cost };
}

/** A sum in which what is not known counts nothing. */
export function sumUsage(parts: readonly (Usage | undefined)[]): Usage {
  return parts.reduce<Usage>((sum, part) => (part === undefined ? sum : addUsage(sum, knownUsage(part))), NO_USAGE);
}

/** The latest line of each segment. */
export function parseIndex(lines: readonly string[]): Map<number, IndexLine> {
  const parsed = lines.map((line) => JSON.parse(line) as IndexLine);
  return new Map(parsed.map((line) => [line.segment, line]));
}

/** The counts of all finished segments, so that they can be told without reading these. */
export class SegmentIndex {
  readonly #lines: Map<number, IndexLine>;
  readonly #log: AppendLog;

  constructor(log: AppendLog, lines: readonly string[]) {
    this.#log = log;
    this.#lines = parseIndex(lines);
  }

  /** Undefined where the index does not know this generation. */
  get(segment: number, generation: number): IndexLine | undefined {
    const line = this.#lines.get(segment);
    return line?.generation === generation ? line : undefined;
  }

  /** Not waited for: what is missing is counted anew. */
  add(line: IndexLine): void {
    this.#lines.set(line.segment, line);
    this.#log.append(JSON.stringify(line));
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
