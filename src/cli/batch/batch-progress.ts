import type { JobCounts } from '../../batch/index.ts';
import { bar, formatCount, formatDollars, formatDuration, formatShare } from '../render/format.ts';
import { fitEnd } from '../render/text.ts';

/** The rate is that of the last so many milliseconds. */
const WINDOW_MS = 60_000;
/** Between two plain lines. */
const PLAIN_MS = 10_000;
/** Moments that are kept to tell the rate. */
const MAX_MOMENTS = 120;

/** How far a job was at a moment. */
interface Moment {
  readonly at: number;
  readonly ended: number;
}

/** How far a job is: what is done and failed, the rate, the time left, and what it has taken. */
export class BatchProgress {
  readonly #command: string;
  #counts: JobCounts | undefined;
  #moments: Moment[] = [];
  #reportedAt: number;

  constructor({ command, now }: { command: string; now: number }) {
    this.#command = command;
    this.#reportedAt = now;
  }

  /** @param now Milliseconds of a clock that never jumps. */
  update(counts: JobCounts, now: number): void {
    this.#counts = counts;
    const last = this.#moments.at(-1);
    if (last !== undefined && now - last.at < WINDOW_MS / MAX_MOMENTS) return;
    this.#moments.push({ at: now, ended: counts.done + counts.failed });
    this.#moments = this.#moments.filter(({ at }, index, { length }) => index === length - 1 || now - at <= WINDOW_MS);
  }

  /** One line with a bar. */
  draw(columns: number, now: number): string {
    if (this.#counts === undefined) return fitEnd(`${this.#command}  reading the input`, columns);
    const share = this.#share;
    const width = Math.max(4, Math.min(20, Math.floor(columns / 5)));
    return fitEnd(`${this.#command} ${bar(share, width)} ${formatShare(share)}  ${this.#details(now)}`, columns);
  }

  /** A line where it is time for one. */
  plainLine(now: number): string | undefined {
    if (this.#counts === undefined || now < this.#reportedAt + PLAIN_MS) return undefined;
    this.#reportedAt = now;
    return `${formatShare(this.#share)}: ${this.#details(now)}`;
  }

  /** `12 done, 1 failed, 4,000 tokens, $0.0123`. */
  get summary(): string {
    return this.#counts === undefined ? '' : summarizeCounts(this.#counts);
  }

  get #share(): number {
    const { total = 0, done = 0, failed = 0 } = this.#counts ?? {};
    return total === 0 ? 0 : (done + failed) / total;
  }

  #details(now: number): string {
    const { total = 0, done = 0, failed = 0 } = this.#counts ?? {};
    const perSecond = this.#rate(now);
    const left = perSecond > 0 ? [`${formatDuration(((total - done - failed) / perSecond) * 1000)} left`] : [];
    const rate =
      perSecond > 0
        ? [`${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en-US')}/s`]
        : [];
    const [counts = '', ...spent] = this.#counts === undefined ? [] : countTexts(this.#counts);
    return [counts, ...rate, ...left, ...spent].join(', ');
  }

  /** Records in a second. */
  #rate(now: number): number {
    const { done = 0, failed = 0 } = this.#counts ?? {};
    const [first] = this.#moments;
    return first === undefined || now <= first.at ? 0 : ((done + failed - first.ended) / (now - first.at)) * 1000;
  }
}

/** What counts come to, in one line. */
export function summarizeCounts(counts: JobCounts): string {
  return countTexts(counts).join(', ');
}

function countTexts({ done, failed, usage }: JobCounts): readonly string[] {
  const { inputTokens = 0, outputTokens = 0, cost = 0 } = usage;
  const tokens = inputTokens + outputTokens;
  return [
    `${done.toLocaleString('en-US')} done${failed === 0 ? '' : `, ${failed.toLocaleString('en-US')} failed`}`,
    ...(tokens === 0 ? [] : [formatCount(tokens, 'token')]),
    ...(cost === 0 ? [] : [formatDollars(cost)]),
  ];
}
