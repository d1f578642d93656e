import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes as soon as nothing else happens. */
export class VirtualClock implements Clock {
  #now = 0;
  /** A heap by the time. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal?.aborted === true) return Promise.resolve();
    const wake = () => {
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
    this.#add({ at: this.#now + milliseconds, wake });
    return promise;
  }

  /** Lets time pass until the work is done. */
  async run<RESULT>(work: Promise<RESULT>): Promise<RESULT> {
    let isOver = false;
    const over = () => (isOver = true);
    work.then(over, over);
    for (;;) {
      // All that follows from the last timers happens before.
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) return work;
      const next = this.#take();
      if (next === undefined) throw new Error('Nothing will happen any more.');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      while ((this.#timers[0]?.at ?? Infinity) <= this.#now) this.#take()?.wake();
    }
  }

  #add(timer: Timer): void {
    const heap = this.#timers;
    let place = heap.push(timer) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= timer.at) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = timer;
  }

  #take(): Timer | undefined {
    const heap = this.#timers;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      if (left === undefined) break;
      const below = right !== undefined && right.at < left.at ? 2 * place + 2 : 2 * place + 1;
      const child = heap[below];
      if (child === undefined || child.at >= last.at) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}
