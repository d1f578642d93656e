import type { JobReport } from '../../batch/queue/index.ts';
import { bar, formatDollars, formatDuration, formatShare } from '../render/format.ts';
import { fitEnd } from '../render/text.ts';

/** The rate is that of the last so many milliseconds. */
const WINDOW_MS = 60_000;
/** Between two plain lines. */
const PLAIN_MS = 10_000;

/** How far the workers of a queue are with a job. */
export class QueueProgress {
  readonly #command: string;
  #report: JobReport | undefined;
  #moments: { readonly at: number; readonly ended: number }[] = [];
  #reportedAt: number;

  constructor({ command, now }: { readonly command: string; readonly now: number }) {
    this.#command = command;
    this.#reportedAt = now;
  }

  /** @param now Milliseconds of a clock that never jumps. */
  update(report: JobReport, now: number): void {
    this.#report = report;
    this.#moments = [
      ...this.#moments.filter(({ at }) => now - at <= WINDOW_MS),
      { at: now, ended: report.done + report.failed },
    ];
  }

  draw(columns: number, now: number): string {
    if (this.#report === undefined) return fitEnd(`${this.#command}  reading the input`, columns);
    const share = shareOf(this.#report);
    const width = Math.max(4, Math.min(20, Math.floor(columns / 5)));
    return fitEnd(`${this.#command} ${bar(share, width)} ${formatShare(share)}  ${this.#details(now)}`, columns);
  }

  /** A line where it is time for one. */
  plainLine(now: number): string | undefined {
    if (this.#report === undefined || now < this.#reportedAt + PLAIN_MS) return undefined;
    this.#reportedAt = now;
    return `${formatShare(shareOf(this.#report))}: ${this.#details(now)}`;
  }

  #details(now: number): string {
    if (this.#report === undefined) return '';
    const [first] = this.#moments;
    const ended = this.#report.done + this.#report.failed;
    const perSecond = first === undefined || now <= first.at ? 0 : ((ended - first.ended) / (now - first.at)) * 1000;
    return reportTexts(this.#report, perSecond).join(', ');
  }
}

function shareOf({ total, done, failed }: JobReport): number {
  return total === 0 ? 0 : (done + failed) / total;
}

/** What a report says, in parts of one line. */
export function reportTexts(report: JobReport, perSecond: number | undefined): readonly string[] {
  const { total, done, failed, waiting, running, stalled, workers, cost } = report;
  const count = (value: number) => value.toLocaleString('en-US');
  const left = total - done - failed;
  return [
    `${count(done)} done${failed === 0 ? '' : `, ${count(failed)} failed`}`,
    ...(perSecond === undefined || perSecond <= 0
      ? []
      : [
          `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
          `${formatDuration((left / perSecond) * 1000)} left`,
        ]),
    workers === 0 && left > 0 ? 'no worker' : `${count(workers)} ${workers === 1 ? 'worker' : 'workers'}`,
    ...(waiting === undefined || running === undefined
      ? []
      : [
          `ranges: ${count(waiting)} waiting, ${count(running)} running${stalled ? `, ${count(stalled)} stalled` : ''}`,
        ]),
    ...(cost === 0 ? [] : [formatDollars(cost)]),
  ];
}
