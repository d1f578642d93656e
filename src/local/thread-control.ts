import { cpus } from 'node:os';

/**
 * Sets how many threads the shared runtime may use, batch by batch: what the model's tuner chooses, up to as many as
 * other programs leave. While several models work at once, the runtime divides the cores between them.
 */
export class ThreadControl {
  readonly #setMaxThreads: (threads: number) => void;
  readonly #freeCores: Pick<FreeCores, 'count'>;
  readonly #now: () => number;
  #working = 0;
  /** Batches started so far, to see whether a batch ran alone from start to end. */
  #started = 0;

  constructor({
    setMaxThreads,
    freeCores = new FreeCores(),
    now = () => performance.now(),
  }: {
    setMaxThreads: (threads: number) => void;
    freeCores?: Pick<FreeCores, 'count'>;
    now?: () => number;
  }) {
    this.#setMaxThreads = setMaxThreads;
    this.#freeCores = freeCores;
    this.#now = now;
  }

  /** Runs one batch of so many tokens. `cap` is the number of threads its model may use. */
  async run(
    tokens: number,
    work: () => Promise<void>,
    { tuner, cap }: { tuner: ThreadTuner; cap: number },
  ): Promise<void> {
    const max = Math.max(1, Math.min(cap, this.#freeCores.count()));
    const alone = this.#working === 0;
    const threads = alone ? tuner.choose(tokens, max) : max;
    this.#setMaxThreads(threads);
    this.#working += 1;
    this.#started += 1;
    const [batch, startMs] = [this.#started, this.#now()];
    try {
      await work();
      if (alone && batch === this.#started) tuner.record(tokens, threads, this.#now() - startMs);
    } finally {
      this.#working -= 1;
    }
  }
}

/** What is known of one number of threads, for batches of one size. */
interface Trial {
  readonly threads: number;
  /** Milliseconds for each token; infinite until tried. */
  cost: number;
  trials: number;
}

/** What is known for batches of one size. */
interface Knowledge {
  readonly trials: Trial[];
  /** Milliseconds spent on trials, and since the choice was made. */
  trialMs: number;
  chosenMs: number;
  /** Batches in a row that were much slower than expected. */
  slow: number;
}

/** Batches to try each number of threads on, before one is chosen. */
const TRIALS = 2;
/** So many times slower than the best: one trial is enough. */
const FAR_SLOWER = 3;
/** Fewer threads are not tried further down once they are this many times slower. */
const CLEARLY_WORSE = 1.25;
/** So many batches in a row, each {@link FAR_SLOWER} times slower than expected, and the choice is made anew at once. */
const SLOW_BATCHES = 3;
/** The choice is made anew after so many times the time the trials took: other programs come and go. */
const REVIEW_AFTER = 20;

/**
 * Finds by trying how many threads, up to a cap, evaluate fastest: the result is the same with any number, to the
 * last bit. Trying takes about 5 % of the time at most. {@link FreeCores} bounds it.
 *
 * Why: not every batch gains by more threads, since they meet several hundred times for each token. Measured on 2
 * cores: prompts, 237 tokens a second with 1 thread and 450 with 2; one answer, 132 with either.
 */
export class ThreadTuner {
  readonly #cap: number;
  /** A long prompt and a single token need not agree. */
  readonly #bySize = new Map<Size, Knowledge>();

  /** @param cap maximum number of threads, at least 1. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  /** The number of threads for a batch of so many tokens, at most `max` but always one. */
  choose(tokens: number, max = Infinity): number {
    const { trials } = this.#of(tokens);
    const open = nextTrial(trials);
    if (open !== undefined && open.threads <= max) return open.threads;
    const possible = trials.filter(({ threads }) => threads <= Math.max(1, max));
    return cheapest(possible).threads;
  }

  /** How long a batch took with a number of threads. */
  record(tokens: number, threads: number, milliseconds: number): void {
    const known = this.#of(tokens);
    const trial = known.trials.find((candidate) => candidate.threads === threads);
    if (trial === undefined || tokens === 0) return;
    const cost = milliseconds / tokens;
    trial.trials += 1;
    if (trial.trials <= TRIALS) {
      // The least of the trials, since a first batch also pays for reading weights.
      trial.cost = Math.min(trial.cost, cost);
      known.trialMs += milliseconds;
      return;
    }
    known.slow = cost > FAR_SLOWER * trial.cost ? known.slow + 1 : 0;
    known.chosenMs += milliseconds;
    trial.cost += (Math.min(cost, FAR_SLOWER * trial.cost) - trial.cost) / 8;
    if (known.slow >= SLOW_BATCHES || known.chosenMs > REVIEW_AFTER * known.trialMs)
      this.#bySize.delete(sizeOf(tokens));
  }

  #of(tokens: number): Knowledge {
    const size = sizeOf(tokens);
    const known = this.#bySize.get(size) ?? {
      trials: threadCounts(this.#cap).map((threads) => ({ threads, cost: Infinity, trials: 0 })),
      trialMs: 0,
      chosenMs: 0,
      slow: 0,
    };
    this.#bySize.set(size, known);
    return known;
  }
}

type Size = 'token' | 'tokens' | 'chunk';

function sizeOf(tokens: number): Size {
  if (tokens <= 1) return 'token';
  return tokens < 8 ? 'tokens' : 'chunk';
}

/** In the order to try: half the cap, then the cap, then ever fewer. */
function threadCounts(cap: number): number[] {
  const halves: number[] = [];
  for (let threads = Math.floor(cap / 2); threads >= 1; threads = Math.floor(threads / 2)) halves.push(threads);
  const [half, ...fewer] = halves;
  return half === undefined ? [cap] : [half, cap, ...fewer];
}

/** The next number of threads to try, undefined where enough is known. */
function nextTrial(trials: readonly Trial[]): Trial | undefined {
  if (trials.length === 1) return undefined;
  const best = cheapest(trials).cost;
  const open = trials.find(({ trials: done, cost }) => done === 0 || (done < TRIALS && cost <= FAR_SLOWER * best));
  const [half, all, ...fewer] = trials;
  if (open === undefined || open === half || open === all) return open;
  // Going down: give up once the step before was clearly worse than the best.
  const above = fewer[fewer.indexOf(open) - 1] ?? half;
  return above !== undefined && above.cost > CLEARLY_WORSE * best ? undefined : open;
}

function cheapest(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => (trial.cost < best.cost ? trial : best));
}

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
