import type { BatchRecord } from '../../batch/index.ts';
import { formatCount, formatDuration } from '../render/format.ts';

/** Tells what happens to the batches of a job at providers, once for each that changes its state. */
export class BatchNotes {
  readonly #note: (text: string) => void;
  readonly #shown = new Map<number, string>();

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  update(batches: readonly BatchRecord[]): void {
    for (const batch of batches) {
      const isNew = this.#shown.get(batch.number) !== batch.state;
      if (!isNew || batch.state === 'waiting' || batch.state === 'submitting') continue;
      const wasKnown = this.#shown.has(batch.number) || this.#shown.size > 0 || batch.state === 'running';
      this.#shown.set(batch.number, batch.state);
      if (wasKnown) this.#note(batchText(batch, Date.now()));
    }
  }
}

/** `batch 3, openai/gpt-5: running, 120 of 1,000 requests ended, 2 h left` */
export function batchText(batch: BatchRecord, now: number): string {
  const { number, model, requests } = batch;
  return `batch ${number}, ${model}: ${[stateText(batch), ...details(batch, now)].join(', ')} of ${formatCount(requests, 'request')}`;
}

function stateText({ state, isCancelled }: BatchRecord): string {
  if (state === 'over') return 'over';
  return isCancelled ? 'cancelled' : state;
}

function details(batch: BatchRecord, now: number): readonly string[] {
  const { outcome, ended, state } = batch;
  if (outcome !== undefined) {
    const { answered, ...others } = outcome;
    const rest = Object.entries(others).filter(([, count]) => count > 0);
    return [...rest.map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`), `${answered.toLocaleString('en-US')} answered`];
  }
  if (state !== 'running') return ['0 ended'];
  const leftMs = timeLeftMs(batch, now);
  return [...(leftMs === undefined ? [] : [`${formatDuration(leftMs)} left`]), `${ended.toLocaleString('en-US')} ended`];
}

/** Milliseconds until a batch is over: by its rate so far, else its deadline. Undefined where neither is known. */
export function timeLeftMs(
  { submittedAt, expiresAt, requests, ended, state }: BatchRecord,
  now: number,
): number | undefined {
  if (state !== 'running' || submittedAt === undefined) return undefined;
  const untilDeadline = expiresAt === undefined ? undefined : Math.max(0, expiresAt - now);
  if (ended === 0) return untilDeadline;
  const byRate = ((now - submittedAt) / ended) * (requests - ended);
  return Math.max(0, Math.min(byRate, untilDeadline ?? Infinity));
}
