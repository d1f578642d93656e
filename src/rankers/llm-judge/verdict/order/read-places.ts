import type { Item } from './order-items.ts';

/** A candidate and its place, or its score. */
export interface Placing {
  readonly number: number;
  readonly value: number;
  readonly by: 'place' | 'score';
}

/**
 * Pairs of a candidate with a place or score: "1st: [3], 2nd: [1]", "Candidate 1 is ranked 3rd, Candidate 2 1st"; or the
 * one at the beginning, "Rank 1: [2], since …". Empty where they do not alternate.
 */
export function readPlacings(items: readonly Item[]): readonly Placing[] {
  const parts = items.filter(({ kind }) => kind === 'candidate' || kind === 'place' || kind === 'score');
  const pairs = parts.flatMap((part, index) => {
    const next = parts[index + 1];
    return index % 2 === 1 || next === undefined ? [] : [[part, next] as const];
  });
  const placings = pairs.map(([first, second]) => toPlacing(first, second, items));
  const sameWay = pairs.every(([{ kind }]) => (kind === 'candidate') === (parts[0]?.kind === 'candidate'));
  if (parts.length % 2 === 0 && sameWay && placings.every((placing) => placing !== undefined)) return placings;
  const head = readHead(items);
  return head === undefined ? [] : [head];
}

/** The pair at the beginning of a line, where no chain goes on from it. */
export function readHead(items: readonly Item[]): Placing | undefined {
  const [first, ...rest] = items;
  const at = rest.findIndex(({ kind }) => kind !== 'mark');
  const between = rest.slice(0, at);
  const [second, next] = rest.slice(Math.max(0, at)).filter(({ kind }) => kind !== 'mark');
  if (first === undefined || second === undefined || at < 0 || next?.kind === 'join') return undefined;
  if (!between.every((item) => item.kind === 'mark' && /^[:.)=–—-]$/.test(item.text))) return undefined;
  return toPlacing(first, second, items);
}

/** The places of an inline list: "1) Candidate 3, 2) Candidate 1". Empty where a line is none. */
export function readInlineList(items: readonly Item[]): readonly Placing[] {
  const numbers = new Set(items.flatMap((_, index) => (isListNumber(items, index) ? [index] : [])));
  if (numbers.size < 2) return [];
  const placings = readPlacings(
    items.map((item, index) =>
      item.kind === 'candidate' && numbers.has(index)
        ? { kind: 'place', place: item.number, at: item.at, end: item.end }
        : item,
    ),
  );
  return placings.length === numbers.size ? placings : [];
}

/** A bare number with a dot or a bracket before a candidate. */
function isListNumber(items: readonly Item[], index: number): boolean {
  const [item, next, second] = items.slice(index, index + 3);
  if (item?.kind !== 'candidate' || item.named) return false;
  const dotted = next?.kind === 'mark' && /^[.):]$/.test(next.text);
  const named = dotted ? second : item.closed ? next : undefined;
  return named?.kind === 'candidate' && named.named;
}

/** Words that may stand between a candidate and its place: "Candidate 1 comes 2nd", "the best candidate is [3]". */
const PLACING =
  /^(?:is|was|are|ranks?|ranked|comes?|the|in|as|at|to|goes|gets|of|place|placed|position|candidate|answer|response|one|score|scores|rating|clearly|by|far|best|with|a|an|deserves|takes)$/i;

function toPlacing(first: Item, second: Item, items: readonly Item[]): Placing | undefined {
  const [candidate, measure] = first.kind === 'candidate' ? [first, second] : [second, first];
  if (candidate.kind !== 'candidate' || measure.kind === 'candidate') return undefined;
  const between = items.slice(items.indexOf(first) + 1, items.indexOf(second));
  // A bare number among words is any number.
  if (!candidate.named && !between.every(({ kind }) => kind === 'mark')) return undefined;
  if (!between.every((item) => item.kind !== 'word' || PLACING.test(item.text))) return undefined;
  if (measure.kind === 'place') return { number: candidate.number, value: measure.place, by: 'place' };
  return measure.kind === 'score' ? { number: candidate.number, value: measure.score, by: 'score' } : undefined;
}

/** The order by places, from 1 without a gap; undefined where they are no such places. */
export function orderByPlace(placings: readonly Placing[], size: number): readonly number[] | undefined {
  if (placings.length < 2) return undefined;
  const sorted = placings.toSorted((first, second) => (first.value === second.value ? 0 : first.value - second.value));
  const distinct = new Set(placings.map(({ number }) => number)).size === placings.length;
  const counted = sorted.every(
    ({ value }, index) => value === index + 1 || (value === Infinity && index === sorted.length - 1 && index > 0),
  );
  const last = sorted.at(-1)?.value === Infinity;
  // "The best is [2], the worst is [3]": of three, the other is between.
  if (distinct && counted && last && sorted.length === size - 1) {
    const numbers = sorted.map(({ number }) => number);
    const other = Array.from({ length: size }, (_, index) => index + 1).filter((number) => !numbers.includes(number));
    return [...numbers.slice(0, -1), ...other, ...numbers.slice(-1)];
  }
  // Between the best and the worst there may be others.
  if (!distinct || !counted || (last && sorted.length < size && sorted.length > 2)) return undefined;
  return sorted.map(({ number }) => number);
}

/** The order by scores, where every candidate has one and no two the same. */
export function orderByScore(placings: readonly Placing[], size: number): readonly number[] | undefined {
  const values = new Set(placings.map(({ value }) => value));
  const numbers = new Set(placings.map(({ number }) => number));
  if (placings.length !== size || values.size !== size || numbers.size !== size) return undefined;
  return placings.toSorted((first, second) => second.value - first.value).map(({ number }) => number);
}
