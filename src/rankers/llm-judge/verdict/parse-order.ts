import { normalizeReply } from './normalize-reply.ts';

/**
 * The order in a reply such as "[2] > [1] > [3]", as indices from 0, best first. The last line with several numbers
 * counts, since reasoning comes before it. Numbers that no candidate has and repetitions are passed over, so the order
 * may lack some.
 */
export function parseOrder(reply: string, size: number): readonly number[] {
  const { lines, unfinished } = normalizeReply(reply);
  const orders = (unfinished ? lines.slice(-1) : lines)
    .map((line) => readOrder(line, size))
    .filter((order) => order.length > 0);
  const longest = Math.max(0, ...orders.map(({ length }) => length));
  return orders.findLast(({ length }) => length === longest) ?? [];
}

/** The numbers of a line: those in brackets, or where there are none all that are joined by a sign or a comma. */
function readOrder(line: string, size: number): readonly number[] {
  const bracketed = [...line.matchAll(/\[(\d{1,4})\]/g)].map(([, number]) => Number(number));
  const joined = /\d{1,4}(?:[ \t]*[>,;][ \t]*\d{1,4})+/.exec(line)?.[0].match(/\d+/g) ?? [];
  const numbers = bracketed.length > 0 ? bracketed : joined.map(Number);
  return [...new Set(numbers)].filter((number) => number >= 1 && number <= size).map((number) => number - 1);
}
