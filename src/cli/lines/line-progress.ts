import { bar, formatCount, formatDuration, formatShare } from '../render/format.ts';
import { fitEnd } from '../render/text.ts';

/** Between two plain lines lies at least this share of the whole … */
const PLAIN_SHARE = 0.1;
/** … or this much time, in milliseconds. */
const PLAIN_MS = 10_000;

/** How far a file of lines is. */
export class LineProgress {
  done = 0;
  failed = 0;
  /** Pairs compared so far, which show that a long line is being worked on. */
  comparisons = 0;
  #share: number | undefined;
  readonly #verb: string;
  readonly #totalBytes: number | undefined;
  readonly #startedAt: number;
  #reported: { readonly at: number; readonly share: number };

  constructor({
    verb,
    totalBytes,
    now,
  }: {
    verb: string;
    /** Undefined where it is not known. */ totalBytes: number | undefined;
    now: number;
  }) {
    this.#verb = verb;
    this.#totalBytes = totalBytes;
    this.#startedAt = now;
    this.#reported = { at: now, share: 0 };
  }

  /** Counts a line that has come to its end at this place of the input. */
  lineEnded({ endOffset, failed }: { endOffset: number; failed: boolean }): void {
    if (failed) this.failed += 1;
    else this.done += 1;
    if (this.#totalBytes) this.#share = Math.min(1, endOffset / this.#totalBytes);
  }

  /** `12 done, 1 failed`. */
  get summary(): string {
    return `${this.done} done${this.failed === 0 ? '' : `, ${this.failed} failed`}`;
  }

  /** One line with a bar. */
  draw(columns: number, now: number): string {
    const share = this.#share ?? 0;
    const width = Math.max(4, Math.min(30, Math.floor(columns / 4)));
    const start =
      this.#totalBytes === undefined ? this.#verb : `${this.#verb} ${bar(share, width)} ${formatShare(share)}`;
    return fitEnd(`${start}  ${this.#details(now)}`, columns);
  }

  /** A line where it is time for one. */
  plainLine(now: number): string | undefined {
    const share = this.#share ?? 0;
    if (share < this.#reported.share + PLAIN_SHARE && now < this.#reported.at + PLAIN_MS) return undefined;
    this.#reported = { at: now, share };
    if (this.#share === 1) return undefined;
    return this.#share === undefined ? this.#details(now) : `${formatShare(share)}: ${this.#details(now)}`;
  }

  #details(now: number): string {
    const elapsed = now - this.#startedAt;
    const comparisons = this.comparisons === 0 ? [] : [formatCount(this.comparisons, 'pair')];
    const share = this.#share ?? 0;
    // The first lines carry the loading of the model, so nothing is foretold from them.
    const time =
      share > 0.02 && elapsed > 3000
        ? `${formatDuration((elapsed / share) * (1 - share))} left`
        : formatDuration(elapsed);
    return [this.summary, time, ...comparisons].join(', ');
  }
}
