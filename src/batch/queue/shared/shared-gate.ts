import { setTimeout as delay } from 'node:timers/promises';
import type { CallGate, CallPlace, GateLimits } from '../../../spec/call-gate.ts';
import { enterCalls, type GateState, leaveCall, type TakenPlace } from './gate-state.ts';
import type { SharedDocument } from './shared-document.ts';

/** Calls that wait for those of other workers look again after at most so many milliseconds. */
const POLL_MS = 200;

/** A call that waits for its place. */
interface Waiter {
  readonly tokens: number;
  readonly start: (taken: TakenPlace) => void;
}

/** The gate of a provider that several workers share: a 429 that one of them gets slows all of them. */
export class SharedGate implements CallGate {
  readonly #document: SharedDocument<GateState>;
  readonly #limits: GateLimits;
  readonly #worker: string;
  readonly #leaseMs: number;
  /** First come, first served, within this process. */
  readonly #waiting = new Set<Waiter>();
  #running = 0;
  #isStarting = false;
  #wake = () => {};
  readonly #heartbeat: NodeJS.Timeout;

  /**
   * @param options.worker Name of this process, which no other one has.
   * @param options.leaseMs After so many milliseconds of silence the places of a worker are free.
   */
  constructor(
    document: SharedDocument<GateState>,
    limits: GateLimits,
    { worker, leaseMs }: { readonly worker: string; readonly leaseMs: number },
  ) {
    this.#document = document;
    this.#limits = limits;
    this.#worker = worker;
    this.#leaseMs = leaseMs;
    this.#heartbeat = setInterval(() => {
      if (this.#running === 0) return;
      this.#document
        .change((state, now) => {
          state.running[worker] = { calls: this.#running, until: now + leaseMs };
        })
        .catch(() => {});
    }, leaseMs / 3).unref();
  }

  async enter({ tokens, abortSignal }: Parameters<CallGate['enter']>[0]): Promise<CallPlace> {
    abortSignal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<TakenPlace>();
    const waiter = { tokens, start: resolve };
    const onAbort = () => {
      // A waiter that has started is no longer in the queue, and has its place.
      if (this.#waiting.delete(waiter)) reject(abortSignal?.reason as Error);
    };
    this.#waiting.add(waiter);
    abortSignal?.addEventListener('abort', onAbort, { once: true });
    try {
      void this.#startWaiting().catch(reject);
      return this.#place(await promise, tokens);
    } finally {
      abortSignal?.removeEventListener('abort', onAbort);
    }
  }

  pause(milliseconds: number): void {
    this.#document
      .change((state, now) => {
        state.pausedUntil = Math.max(state.pausedUntil, now + milliseconds);
      })
      .catch(() => {});
  }

  #place(taken: TakenPlace, expected: number): CallPlace {
    let isHeld = true;
    return {
      leave: ({ tokens = expected, isRateLimited = false } = {}) => {
        if (!isHeld) return;
        isHeld = false;
        this.#leave(taken, { moreTokens: tokens - expected, isRateLimited });
      },
    };
  }

  #leave(taken: TakenPlace, end: { readonly moreTokens: number; readonly isRateLimited: boolean }): void {
    this.#running -= 1;
    const left = { ...taken, ...end, worker: this.#worker, limits: this.#limits };
    this.#document
      .change((state) => leaveCall(state, left))
      .then(
        () => this.#wake(),
        () => {},
      );
  }

  /** Starts those at the head of the queue that may start now, until none waits. */
  async #startWaiting(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      while (this.#waiting.size > 0) {
        const heads = [...this.#waiting];
        const { places, waitMs } = await this.#document.change((state, now) =>
          enterCalls(
            state,
            heads.map(({ tokens }) => tokens),
            { worker: this.#worker, until: now + this.#leaseMs, now, limits: this.#limits },
          ),
        );
        this.#running += places.length;
        for (const [index, taken] of places.entries()) {
          const waiter = heads[index];
          if (waiter !== undefined && this.#waiting.delete(waiter)) waiter.start(taken);
          // Left meanwhile: nothing was asked.
          else this.#leave(taken, { moreTokens: -(waiter?.tokens ?? 0), isRateLimited: false });
        }
        if (waitMs > 0 && this.#waiting.size > 0) await this.#pauseFor(waitMs);
      }
    } finally {
      this.#isStarting = false;
    }
  }

  async #pauseFor(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await Promise.race([promise, delay(Math.min(waitMs, POLL_MS * (0.5 + Math.random())))]);
    this.#wake = () => {};
  }

  /** Ends the heartbeat. */
  close(): void {
    clearInterval(this.#heartbeat);
  }
}
