import type { Item, Join } from './order-items.ts';
import type { Direction } from './order-lines.ts';

/** Candidates joined in a row. */
export interface Chain {
  readonly numbers: readonly number[];
  readonly joins: readonly Join[];
  /** Joined by signs such as > throughout. */
  readonly signed: boolean;
  /** Where it stands in its line. */
  readonly start: number;
  readonly end: number;
}

/** Most words between a candidate and the sign behind it: "[2] clear and correct > [1]". */
const MAX_WORDS = 8;

/** The rows of candidates that signs or words join. Commas and blanks join only where nothing else stands in the line. */
export function readChains(items: readonly Item[], { listed }: { readonly listed: boolean }): readonly Chain[] {
  const chains: Chain[] = [];
  let chain: { numbers: number[]; joins: Join[]; signed: boolean; start: number; end: number } | undefined;
  const flush = () => {
    if (chain !== undefined && chain.numbers.length > 1) chains.push(chain);
    chain = undefined;
  };
  let join: Join | undefined;
  let words = 0;
  let sign = false;
  let named = false;
  for (const item of items) {
    switch (item.kind) {
      case 'candidate': {
        // A bare number among words is any number.
        const any = words > 0 && !(item.named && named);
        const joined: Join | undefined =
          any && !listed ? undefined : (join ?? (listed && words === 0 ? 'list' : undefined));
        named = item.named;
        if (chain !== undefined && joined !== undefined) {
          if (!chain.numbers.includes(item.number)) chain.numbers.push(item.number);
          chain.joins.push(joined);
          chain.signed &&= sign;
          chain.end = item.end;
        } else if (chain === undefined || chain.numbers.at(-1) !== item.number) {
          flush();
          chain = { numbers: [item.number], joins: [], signed: true, start: item.at, end: item.end };
        } else if (chain.numbers.length === 1) chain.start = item.at;
        join = undefined;
        sign = false;
        words = 0;
        break;
      }
      case 'join':
        sign = item.sign;
        // Two different signs in a row join nothing.
        join = join === undefined || join === item.join ? item.join : join === 'next' ? item.join : undefined;
        break;
      case 'word':
        if (listed && /^(?:and|und|et|y|e)$/i.test(item.text)) break;
        words += 1;
        if (words > MAX_WORDS) flush();
        break;
      case 'mark': {
        // "1: 3, 2: 1" may be places or names, and a sentence that ends leads nowhere.
        const parts = listed ? !/^[,;/|()&]$/.test(item.text) : /^[.!?|]$/.test(item.text) && words > 0;
        if (parts && join === undefined) flush();
        break;
      }
      default:
        // "[2] is the best, followed by [1]", and not "[1] = rank 2"
        join = undefined;
        words += 1;
    }
  }
  flush();
  return chains;
}

/** The numbers of a chain, best first; undefined where its joins contradict each other or the words beside it. */
export function orderOfChain(
  { numbers, joins }: Chain,
  direction: Direction | undefined,
): readonly number[] | undefined {
  const has = (join: Join) => joins.includes(join);
  if (has('better') && has('worse')) return undefined;
  if (joins.every((join) => join === 'equal')) return undefined;
  if (has('worse')) return direction === 'best-first' ? undefined : numbers.toReversed();
  if (has('better')) return direction === 'worst-first' ? undefined : numbers;
  return direction === 'worst-first' ? numbers.toReversed() : numbers;
}
