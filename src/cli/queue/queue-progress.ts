import type { JobReport } from '../../batch/queue/index.ts';
import { bar, formatDollars, formatDuration, formatShare } from '../render/format.ts';
import { fitEnd } from '../render/text.ts';

/** Between two plain lines. */
const PLAIN_MS = 10_000;

/** How far the workers of a queue are with a job. */
export class QueueProgress {
  readonly #command: string;
  #report: JobReport | undefined;
  #reportedAt: number;

  constructor({ command, now }: { readonly command: string; readonly now: number }) {
    this.#command = command;
    this.#reportedAt = now;
  }

  update(report: JobReport): void {
    this.#report = report;
  }

  draw(columns: number): string {
    if (this.#report === undefined) return fitEnd(`${this.#command}  reading the input`, columns);
    const share = shareOf(this.#report);
    const width = Math.max(4, Math.min(20, Math.floor(columns / 5)));
    return fitEnd(`${this.#command} ${bar(share, width)} ${formatShare(share)}  ${this.#details}`, columns);
  }

  /** @param now Milliseconds of a clock that never jumps. @returns a line where it is time for one. */
  plainLine(now: number): string | undefined {
    if (this.#report === undefined || now < this.#reportedAt + PLAIN_MS) return undefined;
    this.#reportedAt = now;
    return `${formatShare(shareOf(this.#report))}: ${this.#details}`;
  }

  get #details(): string {
    return this.#report === undefined ? '' : reportTexts(this.#report).join(', ');
  }
}

function shareOf({ total, done, failed }: JobReport): number {
  return total === 0 ? 0 : (done + failed) / total;
}

/** What a report says, in parts of one line. */
export function reportTexts(report: JobReport): readonly string[] {
  const { total, done, failed, waiting, running, stalled, workers, perSecond, secondsLeft, cost } = report;
  const { waitingForStorage } = report;
  const count = (value: number) => value.toLocaleString('en-US');
  const left = total - done - failed;
  return [
    `${count(done)} done${failed === 0 ? '' : `, ${count(failed)} failed`}`,
    ...(secondsLeft === undefined
      ? []
      : [
          `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
          `${formatDuration(secondsLeft * 1000)} left`,
        ]),
    workers === 0 && left > 0 ? 'no worker' : `${count(workers)} ${workers === 1 ? 'worker' : 'workers'}`,
    ...(waitingForStorage === 0
      ? []
      : [`${count(waitingForStorage)} ${waitingForStorage === 1 ? 'waits' : 'wait'} for the storage`]),
    ...(waiting === undefined || running === undefined
      ? []
      : [
          `ranges: ${count(waiting)} waiting, ${count(running)} running${stalled ? `, ${count(stalled)} stalled` : ''}`,
        ]),
    ...(cost === 0 ? [] : [formatDollars(cost)]),
  ];
}
