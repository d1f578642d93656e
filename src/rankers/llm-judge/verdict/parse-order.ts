import { withoutThoughts } from './normalize-reply.ts';
import { decideOrder, ORDER_STRENGTH, type OrderClaim } from './order/order-claim.ts';
import { type Item, readItems, withoutRemarks } from './order/order-items.ts';
import {
  isCorrection,
  isDraftLabel,
  isFinalLabel,
  isNotMeant,
  isRankingLabel,
  readDirection,
} from './order/order-lines.ts';
import { type Chain, orderOfChain, readChains } from './order/read-chain.ts';
import { readJsonOrder } from './order/read-json-order.ts';
import {
  orderByPlace,
  orderByScore,
  type Placing,
  readHead,
  readInlineList,
  readPlacings,
} from './order/read-places.ts';
import { withoutQuotations, withoutTables } from './plain-blocks.ts';

/**
 * The order in a reply such as "[2] > [1] > [3]", as indices from 0, best first; empty where there is none, or more than
 * one. It is read from how the numbers are joined: by signs, by places, as a list of their own, in JSON. Numbers that no
 * candidate has and repetitions are passed over, so the order may lack some.
 */
export function parseOrder(reply: string, size: number): readonly number[] {
  const best = readBest(reply, size);
  // Who counts from 0 means other candidates.
  if (best.includes(0)) return [];
  const known = [...new Set(best)].filter((number) => number <= size);
  return known.length > 1 || size === 1 ? known.map((number) => number - 1) : [];
}

function readBest(reply: string, size: number): readonly number[] {
  const { text, unfinished } = withoutThoughts(reply);
  const plain = withoutQuotations(text);
  const json = readJsonOrder(plain, size);
  if (json === 'none') return [];
  if (json !== undefined && !('text' in json)) return json;
  const lines = toLines(json?.text ?? plain);
  const claims = collectOrders(lines, size);
  // A thought that was cut off has come to an order only where that is its last line.
  const own = unfinished
    ? collectOrders(lines.slice(-1), size).filter(({ strength }) => strength >= ORDER_STRENGTH.own)
    : claims;
  return unfinished && lines.length < 2 ? [] : decideOrder(own);
}

/** Lines without mark-up; a sign at the end or the beginning of a line joins it to its neighbour. */
function toLines(text: string): readonly string[] {
  return withoutTables(text)
    .normalize('NFKC')
    .replace(/(\d)\uFE0F?\u20E3/g, '$1. ')
    .replace(/&gt;/g, '>')
    .replace(/&lt;/g, '<')
    .replace(/<\/?\s*(candidate[\s_-]*\d+)\s*\/?>/gi, '$1')
    .replace(/<\/?[a-z_]{2,20}>/gi, '\n')
    .replace(/\\boxed|\\text\w*|\\left|\\right/g, ' ')
    .replace(/\\(?:gt|succ)\b/g, ' > ')
    .replace(/\\(?:lt|prec)\b/g, ' < ')
    .replace(/\\(?:long)?rightarrow\b|\\to\b/g, ' → ')
    .replace(/[*_`$\\{}]+/g, ' ')
    .replace(/\n[^\S\n]*(?=[>≻→])/g, ' ')
    .replace(/(?<=[>≻→])[^\S\n]*\n/g, ' ')
    .split(/[\r\n\u2028\u2029]/)
    .filter((line) => line.trim() !== '');
}

/** "1." before an item, or a bullet. */
const NUMBERED = /^\s*(?:#+\s*)?\(?(?<digits>\d{1,3})(?:\s*[.):]|\s[-–—]\s)\s*(?<rest>\S.*)$/;
const HASHED = /^\s*(?:#+\s*)?#(?<digits>\d{1,3})\s*[.):-]\s*(?<rest>\S.*)$/;
const BULLET = /^\s*[-•+*]\s+/;

interface Listing {
  readonly placings: Placing[];
  /** The line before it. */
  readonly label: string;
  /** Says something about each. */
  explained: boolean;
}

/** Every order of a reply, in turn. */
function collectOrders(lines: readonly string[], size: number): readonly OrderClaim[] {
  const claims: OrderClaim[] = [];
  let label = '';
  let corrects = false;
  let listing: Listing | undefined;
  const scores: Placing[] = [];
  const only = lines.every((line) => isLoneCandidate(line));
  const close = () => {
    if (listing !== undefined) claims.push(...orderOfListing(listing, { size, only, corrects }));
    listing = undefined;
  };
  const add = (placing: Placing, explained: boolean) => {
    if (listing !== undefined && placing.value === 1 && listing.placings.some(({ value }) => value === 1)) close();
    listing ??= { placings: [], label, explained: false };
    listing.placings.push(placing);
    listing.explained ||= explained;
  };
  for (const line of lines) {
    corrects ||= isCorrection(line);
    const inline = readInlineList(readItems(withoutRemarks(line)));
    if (inline.length > 0) {
      for (const placing of inline) add(placing, false);
      continue;
    }
    const placed = readListLine(line, listing, only || isRankingLabel(label));
    if (placed !== undefined) {
      add(placed.placing, placed.explained);
      continue;
    }
    const found = readLine(line, { label, size, corrects });
    if (found.claims.length > 0) {
      close();
      claims.push(...found.claims);
      corrects = false;
    }
    // "The first is [1], the second [2]" may tell them apart.
    const told =
      found.placings.length > 1 &&
      found.placings.every(({ number, value }) => number === value) &&
      !/\b(?:best|rank\w*|places?)\b|\dst\b/i.test(line);
    for (const placing of found.placings) if (placing.by === 'place' && !told) add(placing, false);
    scores.push(...found.placings.filter(({ by }) => by === 'score'));
    if (found.claims.length === 0 && found.placings.length === 0) {
      const item = listing !== undefined && !/^\s*#|:\s*$/.test(line);
      if (!item) {
        close();
        label = line;
      }
    }
  }
  close();
  const byScore = orderByScore(scores, size);
  if (byScore !== undefined) claims.push({ best: byScore, strength: ORDER_STRENGTH.scores, corrects: false });
  return claims;
}

/** "1. [2]", "- Candidate 2" below a heading: a candidate and its place in a list. */
function readListLine(
  line: string,
  listing: Listing | undefined,
  ranked: boolean,
): { readonly placing: Placing; readonly explained: boolean } | undefined {
  const { digits, rest = '' } = (HASHED.exec(line) ?? NUMBERED.exec(line))?.groups ?? {};
  const bare = line.replace(BULLET, '');
  const items = readItems(withoutRemarks(digits === undefined ? bare : rest));
  const [head, next] = items;
  if (head?.kind !== 'candidate') return undefined;
  const lone = next === undefined || (items.length === 2 && next.kind === 'mark');
  const place = digits === undefined ? (listing?.placings.length ?? 0) + 1 : Number(digits);
  const placing: Placing = { number: head.number, value: place, by: 'place' };
  if (digits === undefined) return ranked && lone ? { placing, explained: false } : undefined;
  if (lone) return { placing, explained: false };
  // "1. [1] is polite" may count reasons; "1. 2 points" has no candidate.
  const marked = next?.kind === 'mark' && /^[:,.–—-]$/.test(next.text);
  return head.named && (marked || ranked) && !joins(items) ? { placing, explained: true } : undefined;
}

function joins(items: readonly Item[]): boolean {
  return items[1]?.kind === 'join';
}

function isLoneCandidate(line: string): boolean {
  const items = readItems(line.replace(BULLET, ''));
  return items.length > 0 && items.filter(({ kind }) => kind !== 'mark').length === 1 && items[0]?.kind === 'candidate';
}

function orderOfListing(
  { placings, label, explained }: Listing,
  { size, only, corrects }: { readonly size: number; readonly only: boolean; readonly corrects: boolean },
): readonly OrderClaim[] {
  const order = orderByPlace(placings, size);
  if (order === undefined) return [];
  const ranked = isRankingLabel(label);
  // "1. Candidate 1: short. 2. Candidate 2: long." goes through them one by one.
  const oneByOne = explained && order.every((number, index) => number === index + 1);
  if (oneByOne && !ranked) return [];
  const best = readDirection(label) === 'worst-first' ? order.toReversed() : order;
  return [
    { best, strength: strengthOf(label, only || !ranked ? ORDER_STRENGTH.own : ORDER_STRENGTH.labelled), corrects },
  ];
}

function strengthOf(label: string, otherwise: OrderClaim['strength']): OrderClaim['strength'] {
  if (isDraftLabel(label)) return ORDER_STRENGTH.aspect;
  return isFinalLabel(label) ? ORDER_STRENGTH.final : isRankingLabel(label) ? ORDER_STRENGTH.labelled : otherwise;
}

/** The orders and placings of a line that is no item of a list. */
function readLine(
  line: string,
  { label, size, corrects }: { readonly label: string; readonly size: number; readonly corrects: boolean },
): { readonly claims: readonly OrderClaim[]; readonly placings: readonly Placing[] } {
  const claims: OrderClaim[] = [];
  const placings: Placing[] = [];
  for (const sentence of line.split(/(?<=[^\s\d][.!?;]|\d{2}[.!?;])\s+|(?<=[\])][.;])\s+/)) {
    if (/[?]\s*$/.test(sentence)) continue;
    const found = readSentence(sentence, { label, size, corrects: corrects && claims.length === 0 });
    if (found === undefined) {
      const items = readItems(withoutRemarks(sentence));
      const placed = isNotMeant(sentence, '')
        ? []
        : firstOf(readPlacings(items), () => readPlacings(readItems(sentence)));
      placings.push(...placed);
    } else claims.push(...found);
  }
  return { claims, placings };
}

function firstOf<ITEM>(found: readonly ITEM[], otherwise: () => readonly ITEM[]): readonly ITEM[] {
  return found.length > 0 ? found : otherwise();
}

function readSentence(
  sentence: string,
  { label, size, corrects }: { readonly label: string; readonly size: number; readonly corrects: boolean },
): readonly OrderClaim[] | undefined {
  const plain = withoutRemarks(sentence);
  const items = readItems(plain);
  if (readHead(items) !== undefined) return undefined;
  const own = items.every(({ kind }) => kind !== 'word');
  const lead = plain.slice(0, items.find(({ kind }) => kind === 'candidate')?.at ?? 0);
  const chains = readChains(items, { listed: own || (isRankingLabel(lead) && LEADS_ON.test(lead) && isList(items)) });
  if (chains.length === 0) return undefined;
  if (/\b(?:or|if|not)\b/i.test(plain) && chains.length > 1) return [];
  if (chains.every((chain) => !chain.signed && isDoubtful(plain, chain, sentence))) return undefined;
  return chains.flatMap((chain): OrderClaim[] => {
    const before = plain.slice(0, chain.start);
    const after = plain.slice(chain.end);
    if (
      isDoubtful(plain, chain, sentence) ||
      isNotMeant(before, after) ||
      !isComplete(chain, size) ||
      isAbout(before, items, chain)
    )
      return [];
    const direction = readDirection(sentence) ?? (own ? readDirection(label) : undefined);
    const best = orderOfChain(chain, direction);
    // Signs that contradict each other, or the words beside them, make the reply unclear.
    if (best === undefined) return [{ best: [], strength: ORDER_STRENGTH.own, corrects }];
    const strength = own ? strengthOf(label, ORDER_STRENGTH.own) : strengthOf(before, ORDER_STRENGTH.sentence);
    return [{ best, strength, corrects }];
  });
}

/** A chain with a denial within, in quotes, or of words that place nobody. */
function isDoubtful(plain: string, { numbers, start, end, signed, joins: by }: Chain, sentence: string): boolean {
  const within = plain.slice(start, end);
  const quoted =
    /["“„«]\s*$/.test(plain.slice(0, start)) &&
    /\w/.test(plain.slice(0, start)) &&
    !LEADS_ON.test(plain.slice(0, start));
  if (quoted || /\b(?:not|or|if|no)\b|n['’]t\b/i.test(within)) return true;
  // "[1] (2nd), [2] (1st)", "I read [1], then [2]"
  const behind = sentence.slice(sentence.search(/\d/));
  const identity = numbers.every((number, index) => number === index + 1);
  if (!signed && identity && /\b(?:will|let me|going to)\b/i.test(plain.slice(0, start))) return true;
  const placed = !signed && /\([^()]*(?:\d|best|worst|place)[^()]*\)/i.test(behind.replace(/\(\d{1,3}\)/g, ''));
  const told =
    by.includes('next') &&
    !signed &&
    /[a-z]{4,}/i.test(plain.replace(/candidate|response|answer|followed|closely|then|next|after|that/gi, ''));
  return placed || (told && !/\b(?:best|rank\w*|order|top|worst|first|winner)\b/i.test(plain));
}

/** "The order is", "I rank them", "Ranking:" */
const LEADS_ON = /(?::|\b(?:is|are|be|them|as|follows|order))\W*(?:candidates?\W*)?$/i;

/** Another candidate stands before it: "Candidate 2 demands the order [2] > [1]". */
function isAbout(before: string, items: readonly Item[], { start }: Chain): boolean {
  const named = items.some(({ kind, at }) => kind === 'candidate' && at < start);
  return (
    named && !/(?:[:,]|\b(?:so|therefore|thus|hence|overall|(?:order|ranking) is))\W*(?:candidates?\W*)?$/i.test(before)
  );
}

/** Only candidates behind the words that announce them. */
function isList(items: readonly Item[]): boolean {
  const first = items.findIndex(({ kind }) => kind === 'candidate');
  return items.slice(first).every((item) => item.kind !== 'word' || /^(?:and|und|et|y|e)$/i.test(item.text));
}

/** Words and commas join a whole order, or only some of what they speak of. */
function isComplete({ numbers, signed }: Chain, size: number): boolean {
  return signed || new Set(numbers.filter((number) => number <= size)).size === size;
}
