import { hash } from 'node:crypto';
import type { Task } from '../../../spec/task.ts';

/** Candidates of one call. A window moves from the worst end to the best, half of it at a time, as in RankGPT. */
const WINDOW = 20;
const STEP = 10;

/**
 * Indices in an order drawn from the texts alone, so that neither the order of the input nor a model's name decides what
 * is shown first.
 */
export function shuffledOrder(task: Task, texts: readonly string[]): readonly number[] {
  const keys = texts.map((text) => hash('sha256', JSON.stringify([task, text])));
  return texts
    .map((_, index) => index)
    .toSorted((first, second) => ((keys[first] ?? '') < (keys[second] ?? '') ? -1 : 1));
}

/**
 * Orders any number of items by calls for at most a window of them. Where a call gives no order, the items stay as they
 * stood, and `unknown` has them unless another call placed them.
 */
export async function orderInWindows(
  start: readonly number[],
  /** The items that a call placed, best first; some may be missing. */
  askOrder: (shown: readonly number[]) => Promise<readonly number[]>,
): Promise<{ readonly order: readonly number[]; readonly unknown: ReadonlySet<number> }> {
  let order = [...start];
  const unknown = new Set(start);
  for (let end = order.length; ; end -= STEP) {
    const from = Math.max(0, end - WINDOW);
    const shown = order.slice(from, end);
    const placed = await askOrder(shown);
    for (const item of placed) unknown.delete(item);
    const missing = shown.filter((item) => !placed.includes(item));
    order = [...order.slice(0, from), ...placed, ...missing, ...order.slice(end)];
    if (from === 0) return { order, unknown };
  }
}
