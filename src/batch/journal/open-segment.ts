import { deserialize, serialize } from 'node:v8';
import type { Usage } from '../../spec/usage.ts';
import type { Appended, AppendLog } from './append-log.ts';
import { type CallLine, type ItemRow, parseCall, parseRow, rowLine } from './journal-line.ts';

/** States of an item. */
const NEW = 0;
/** It has failed and is counted so, and is to be done again. */
const RETRIED = 1;
const FAILED = 2;
const DONE = 3;

/** What rows add to the counts of a job. */
export interface CountChange {
  done: number;
  failed: number;
  /** Of each row; undefined where it made no call. */
  readonly usage: (Usage | undefined)[];
}

/** A range of items in work: which of them are finished, and the log that says so. */
export class OpenSegment {
  readonly number: number;
  /** Calls that a process before this one had under way when it was killed. */
  readonly interruptedCalls: number;
  /** What the rows of the log add to those of the generation before. */
  readonly loaded: CountChange = { done: 0, failed: 0, usage: [] };
  readonly #log: AppendLog;
  readonly #start: number;
  readonly #states: Uint8Array;
  readonly #answers = new Map<string, string>();
  #left: number;

  constructor({
    number,
    start,
    size,
    log,
    lines,
    earlier = [],
    retryFailed,
    states,
  }: {
    number: number;
    /** Index of the first item. */
    start: number;
    size: number;
    log: AppendLog;
    /** What the log holds already. */
    lines: readonly string[];
    /** The rows of the generation before, of which the failed ones are done again. */
    earlier?: readonly ItemRow[];
    /** Whether those that have failed in this generation are done again, too. */
    retryFailed: boolean;
    /** Of a segment that this process has suspended: the log says no more of its items. */
    states?: Uint8Array | undefined;
  }) {
    this.number = number;
    this.#start = start;
    this.#log = log;
    this.#states = states ?? new Uint8Array(size);
    if (states === undefined) {
      for (const { index, failed } of earlier) this.#states[index - start] = failed ? RETRIED : DONE;
    }
    const underWay = new Map<string, number>();
    for (const line of lines) {
      const call = parseCall(line);
      if (call === undefined) {
        const row = states === undefined ? parseRow(line) : undefined;
        if (row === undefined) continue;
        this.#apply(row, this.loaded);
        if (row.failed && retryFailed) this.#states[row.index - start] = RETRIED;
      } else if (call.call === 'interrupted') underWay.clear();
      else {
        underWay.set(call.key, (underWay.get(call.key) ?? 0) + (call.call === 'begin' ? 1 : -1));
        if (call.call === 'end' && call.value !== undefined) this.#answers.set(call.key, call.value);
      }
    }
    this.#left = this.#states.filter((state) => state < FAILED).length;
    this.interruptedCalls = [...underWay.values()].reduce((sum, count) => sum + Math.max(0, count), 0);
    if (this.interruptedCalls > 0) this.#append({ call: 'interrupted', count: this.interruptedCalls });
  }

  #apply({ index, failed, usage }: ItemRow, change: CountChange): void {
    const at = index - this.#start;
    const before = this.#states[at];
    // The first to be done wins.
    if (before === undefined || before === DONE) return;
    if (before !== NEW) change.failed -= 1;
    if (failed) change.failed += 1;
    else change.done += 1;
    change.usage.push(usage);
    this.#states[at] = failed ? FAILED : DONE;
  }

  /** Which items are finished, for when the segment is opened again. */
  get states(): Uint8Array {
    return this.#states;
  }

  /** True where nothing is left to do. */
  get isComplete(): boolean {
    return this.#left === 0;
  }

  /** True for an item that needs no more work. */
  isFinished(index: number): boolean {
    return (this.#states[index - this.#start] ?? DONE) >= FAILED;
  }

  /** Writes what became of an item. */
  append(row: ItemRow): Appended {
    return this.#log.append(rowLine(row));
  }

  /** Counts an item whose row is safe. */
  finish(row: ItemRow): CountChange {
    const change: CountChange = { done: 0, failed: 0, usage: [] };
    if (!this.isFinished(row.index)) this.#left -= 1;
    this.#apply(row, change);
    return change;
  }

  /** The answer that a call had in an earlier run. */
  findAnswer(key: string): unknown {
    const value = this.#answers.get(key);
    if (value === undefined) return undefined;
    try {
      return deserialize(Buffer.from(value, 'base64'));
    } catch {
      // Written by a newer version of Node.
      return undefined;
    }
  }

  /** Resolves once it outlives this process. */
  async beginCall(key: string): Promise<void> {
    await this.#append({ call: 'begin', key }).written;
  }

  endCall(key: string, answer: unknown): void {
    const value = answer === undefined ? {} : { value: serialize(answer).toString('base64') };
    this.#append({ call: 'end', key, ...value });
  }

  #append(line: CallLine): Appended {
    return this.#log.append(JSON.stringify(line));
  }

  /** Closes the log. @throws what a write failed with. */
  close(): Promise<void> {
    return this.#log.close();
  }
}
