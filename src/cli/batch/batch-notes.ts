import type { BatchRecord } from '../../batch/index.ts';
import { formatCount, formatDuration } from '../render/format.ts';

/** Tells when a batch of a job begins at its provider, and when it is over. */
export class BatchNotes {
  readonly #note: (text: string) => void;
  #shown: Map<number, string> | undefined;
  #batches: readonly BatchRecord[] = [];

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** Whether batches are at their providers. */
  get areRunning(): boolean {
    return this.#batches.some(({ state }) => state === 'running' || state === 'submitting');
  }

  update(batches: readonly BatchRecord[]): void {
    this.#batches = batches;
    // Of earlier runs, only what is not over is news.
    const shown = (this.#shown ??= new Map(
      batches.filter(({ state }) => state === 'over').map(({ number, state }) => [number, state]),
    ));
    for (const batch of batches) {
      const { number, state } = batch;
      if ((state !== 'running' && state !== 'over') || shown.get(number) === state) continue;
      shown.set(number, state);
      if (!batch.isDivided) this.#note(batchText(batch, Date.now()));
    }
  }
}

/** The lines about the batches of a job: each that is not over, and what came of the others. */
export function batchTexts(batches: readonly BatchRecord[], now: number): readonly string[] {
  const over = batches.filter((batch) => batch.state === 'over' && !batch.isDivided);
  const sums = new Map<string, number>();
  for (const { outcome } of over) {
    for (const [name, count] of Object.entries(outcome ?? {})) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  const active = batches.filter(({ state }) => state !== 'over').map((batch) => batchText(batch, now));
  if (over.length === 0) return active;
  return [`${formatCount(over.length, 'batch', 'batches')} over: ${countsText([...sums])}`, ...active];
}

/** `batch 3, openai/gpt-5: 120 of 1,000 requests ended, 2 h left` */
function batchText(batch: BatchRecord, now: number): string {
  const { number, model, requests, outcome, ended, state, isCancelled, isLost } = batch;
  const of = formatCount(requests, 'request');
  const leftMs = timeLeftMs(batch, now);
  const left = leftMs === undefined ? '' : `, ${formatDuration(leftMs)} left`;
  const text =
    outcome !== undefined
      ? `over, ${countsText(Object.entries(outcome))} of ${of}`
      : state === 'waiting'
        ? `not submitted yet, ${of}`
        : `${isCancelled ? 'cancelled' : isLost ? 'lost' : 'running'}, ${ended.toLocaleString('en-US')} of ${of} ended${left}`;
  return `batch ${number}, ${model}: ${text}`;
}

function countsText(counts: readonly (readonly [string, number])[]): string {
  const [answered, ...others] = counts;
  const shown = [...(answered === undefined ? [] : [answered]), ...others.filter(([, count]) => count > 0)];
  return shown.map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`).join(', ');
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
