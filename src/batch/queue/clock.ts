import { setTimeout as delay } from 'node:timers/promises';

/** The time, which a simulation makes up. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  /** Ends early when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The real one. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal }).catch(() => {});
  },
};
