import type { QueuedRange, RangeCounts, RangeQueue, TakenRange } from '../range-queue.ts';
import { watchRanges } from '../watch-ranges.ts';
import { workOnRanges } from '../work-on-ranges.ts';
import { mulberry } from './mulberry.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Between two looks at an empty queue. */
const EMPTY_MS = 2000;

/** A queue with leases, which can be emptied. */
class SimulatedQueue implements RangeQueue {
  readonly #clock: VirtualClock;
  readonly #leaseMs: number;
  #waiting = new Map<number, QueuedRange>();
  readonly #running = new Map<number, { readonly queued: QueuedRange; until: number; token: number }>();
  #tokens = 0;

  constructor(clock: VirtualClock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  async add(ranges: readonly QueuedRange[]): Promise<void> {
    for (const queued of ranges) {
      const { start } = queued.range;
      if (!this.#running.has(start) && !this.#waiting.has(start)) this.#waiting.set(start, queued);
    }
  }

  async counts(): Promise<RangeCounts> {
    return { waiting: this.#waiting.size, running: this.#running.size };
  }

  async take(stopSignal: AbortSignal): Promise<TakenRange | undefined> {
    for (const [start, { queued, until }] of this.#running) {
      if (until >= this.#clock.now()) continue;
      this.#running.delete(start);
      this.#returnToFront(start, queued);
    }
    const [next] = this.#waiting;
    if (next === undefined) {
      await this.#clock.sleep(EMPTY_MS, stopSignal);
      return undefined;
    }
    const [start, queued] = next;
    this.#waiting.delete(start);
    const token = (this.#tokens += 1);
    const until = () => this.#clock.now() + this.#leaseMs;
    this.#running.set(start, { queued, until: until(), token });
    const own = () => {
      const running = this.#running.get(start);
      if (running?.token !== token) throw new Error('The lease is lost.');
      return running;
    };
    return {
      queued,
      attempt: 1,
      extend: async () => void (own().until = until()),
      complete: async () => void (own(), this.#running.delete(start)),
      putBack: async () => void (own(), this.#running.delete(start), this.#returnToFront(start, queued)),
    };
  }

  /** As BullMQ does. */
  #returnToFront(start: number, queued: QueuedRange): void {
    this.#waiting = new Map([[start, queued], ...this.#waiting]);
  }

  async clear(): Promise<void> {
    this.#waiting.clear();
    this.#running.clear();
  }

  async close(): Promise<void> {}
}

/** What happens in a simulation. Times are in milliseconds of its clock. */
export interface SimulationOptions {
  readonly ranges: number;
  readonly workers: number;
  readonly rangeSize: number;
  /** How long a range takes, for each time that it is done. */
  readonly rangeMs: (random: () => number) => number;
  readonly leaseMs: number;
  /** A worker is killed so often on average, and another one starts after the second time. */
  readonly killMs: number;
  readonly restartMs: number;
  /** A worker hangs so often on average, for the second time, and goes on. */
  readonly hangMs: number;
  readonly hungMs: number;
  /** When the queue is emptied. */
  readonly emptiedAt: readonly number[];
  /** From when the storage refuses writes, and for how long. */
  readonly refusals: readonly { readonly at: number; readonly forMs: number }[];
  /** Called every so often. */
  readonly sampleMs: number;
  readonly seed: number;
}

/** A moment of a simulation. */
export interface SimulationSample {
  readonly at: number;
  /** Records in finished segments. */
  readonly finished: number;
  /** Workers that are alive and do not hang. */
  readonly workers: number;
  /** Records done a second time so far. */
  readonly repeated: number;
}

/** How a simulation ended. */
export interface SimulationResult {
  readonly samples: readonly SimulationSample[];
  readonly kills: number;
  readonly hangs: number;
  /** Ranges that were done once more than was needed, and whose result was discarded. */
  readonly discarded: number;
  /** Work that was begun and lost with a worker, in milliseconds. */
  readonly lostMs: number;
  readonly workMs: number;
  /** Ranges that have a segment, by their first record. */
  readonly commits: ReadonlySet<number>;
  readonly ms: number;
}

/** The scheduler of jobs of a queue with workers that only wait, in time that is made up. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { ranges, workers, rangeSize, leaseMs, refusals } = options;
  const clock = new VirtualClock();
  const random = mulberry(options.seed);
  const queue = new SimulatedQueue(clock, leaseMs);
  const commits = new Set<number>();
  const samples: SimulationSample[] = [];
  const totals = { kills: 0, hangs: 0, discarded: 0, lostMs: 0, workMs: 0, alive: 0, hung: 0 };
  const over = new AbortController();
  const never = new Promise<never>(() => {});

  /** The store takes a segment once there is none, as soon as it takes writes. */
  const commit = async (start: number): Promise<boolean> => {
    for (const { at, forMs } of refusals) {
      if (clock.now() >= at && clock.now() < at + forMs) await clock.sleep(at + forMs - clock.now());
    }
    const isFirst = !commits.has(start);
    commits.add(start);
    return isFirst;
  };

  const startWorker = () => {
    totals.alive += 1;
    let isDead = false;
    let busySince: number | undefined;
    let frozen: Promise<void> = Promise.resolve();
    /** Nothing comes of what a dead worker does, or a hung one for now. */
    const alive = async <RESULT>(value: RESULT): Promise<RESULT> => {
      await frozen;
      return isDead ? never : value;
    };
    const ended = new AbortController();
    const ownQueue: RangeQueue = {
      add: (added) => queue.add(added),
      counts: () => queue.counts(),
      clear: () => queue.clear(),
      close: () => queue.close(),
      take: async (signal) => {
        const taken = await alive(await queue.take(signal));
        if (taken === undefined) return undefined;
        return {
          ...taken,
          extend: async () => alive(taken).then((one) => one.extend()),
          complete: async () => alive(taken).then((one) => one.complete()),
        };
      },
    };
    const work = async ({ range }: QueuedRange) => {
      if (commits.has(range.start)) return { type: 'done' } as const;
      busySince = clock.now();
      const takes = options.rangeMs(random);
      await clock.sleep(takes, ended.signal);
      await alive(undefined);
      totals.workMs += takes;
      busySince = undefined;
      if (!(await commit(range.start))) totals.discarded += 1;
      return { type: 'done' } as const;
    };
    void workOnRanges({
      queue: ownQueue,
      work,
      leaseMs,
      clock,
      stopSignal: AbortSignal.any([over.signal, ended.signal]),
      onError: () => {},
      onIdle: async () => alive(true),
    });
    void after(options.killMs, () => {
      isDead = true;
      totals.kills += 1;
      totals.alive -= 1;
      totals.lostMs += busySince === undefined ? 0 : clock.now() - busySince;
      ended.abort();
      void clock.sleep(options.restartMs, over.signal).then(() => over.signal.aborted || startWorker());
    });
    const hang = () => {
      if (isDead) return;
      totals.hangs += 1;
      totals.hung += 1;
      frozen = clock.sleep(options.hungMs, over.signal).then(() => void (totals.hung -= 1));
      void frozen.then(() => after(options.hangMs, hang));
    };
    void after(options.hangMs, hang);
  };
  /** After a time that is exponential with this mean. */
  const after = async (meanMs: number, happen: () => void) => {
    await clock.sleep(-Math.log(1 - random()) * meanMs, over.signal);
    if (!over.signal.aborted) happen();
  };
  const sample = () =>
    samples.push({
      at: clock.now(),
      finished: commits.size * rangeSize,
      workers: totals.alive - totals.hung,
      repeated: totals.discarded * rangeSize,
    });

  for (let worker = 0; worker < workers; worker += 1) startWorker();
  for (const at of options.emptiedAt) void clock.sleep(at, over.signal).then(() => queue.clear());
  const sampling = async () => {
    while (!over.signal.aborted) {
      sample();
      await clock.sleep(options.sampleMs, over.signal);
    }
  };
  void sampling();
  const all = Array.from({ length: ranges }, (_, number) => ({
    start: number * rangeSize,
    end: (number + 1) * rangeSize,
    segmentSize: rangeSize,
    input: {},
  }));
  await clock.run(
    watchRanges({
      queue,
      job: 'simulated:',
      ranges: all,
      finished: async () => new Set(commits),
      clock,
      abortSignal: over.signal,
      onError: () => {},
      onProgress: async () => {},
    }),
  );
  sample();
  over.abort();
  return { ...totals, samples, commits, ms: clock.now() };
}
