import { cpus } from 'node:os';

/** Processor time in milliseconds, each from some start of its own. */
export interface ProcessorTimes {
  /** Idle time of all cores together; always 0 = the system does not say. */
  readonly idleMs: number;
  /** Time this process has worked, all its threads together. */
  readonly ownMs: number;
}

/** Shortest time to measure over: systems count in steps of 10 ms. */
const WINDOW_MS = 250;

/** The part of a core's time that must be free for the core to count. */
const FREE_ENOUGH = 0.7;

/**
 * Measures how many cores other programs leave to this process.
 *
 * Why: threads that work on one batch wait for each other by spinning, and where one has to share its core all others
 * wait for it. Measured on 2 cores beside 2 busy programs: a token takes 24 ms with 1 thread and 7000 ms with 2.
 */
export class FreeCores {
  readonly #read: () => ProcessorTimes;
  readonly #now: () => number;
  #last: ProcessorTimes;
  #lastAt: number;
  #cores = Infinity;

  constructor({
    read = readTimes,
    now = () => performance.now(),
  }: { read?: () => ProcessorTimes; now?: () => number } = {}) {
    this.#read = read;
    this.#now = now;
    this.#last = read();
    this.#lastAt = now();
  }

  /** Whole cores, over the last quarter of a second or more. Infinite until that has passed, and where unknown. */
  count(): number {
    const wallMs = this.#now() - this.#lastAt;
    if (wallMs < WINDOW_MS) return this.#cores;
    const { idleMs, ownMs } = this.#read();
    const free = (idleMs - this.#last.idleMs + ownMs - this.#last.ownMs) / wallMs;
    this.#last = { idleMs, ownMs };
    this.#lastAt += wallMs;
    this.#cores = idleMs === 0 ? Infinity : Math.floor(free + 1 - FREE_ENOUGH);
    return this.#cores;
  }
}

function readTimes(): ProcessorTimes {
  const { user, system } = process.cpuUsage();
  return { idleMs: cpus().reduce((sum, { times }) => sum + times.idle, 0), ownMs: (user + system) / 1000 };
}
