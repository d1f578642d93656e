import { CUT_MARK, cutMiddle, type CutText } from './cut-middle.ts';
import { closingOf, splitBlocks, type TextBlock } from './text-blocks.ts';

/** A piece of a text between two places where it may be cut. */
interface Unit {
  readonly text: string;
  readonly kind: TextBlock['kind'];
  /** Index of the block it belongs to. */
  readonly block: number;
  /** The opening line of its block of code; empty elsewhere. */
  readonly opening: string;
}

/** The mark where something was cut between lines. */
const LINE_MARK = `\n${CUT_MARK.trim()}\n`;

/** Share of the room that the head should get, as in {@link cutMiddle}. */
const HEAD_SHARE = 2 / 3;

/** Below this there is no room for anything but head, mark and tail. */
const MIN_ROOM = 48;

/** What must be kept of the room, or the text is cut at finer places. */
const MIN_KEPT = 1 / 2;

/**
 * Shortens a text as {@link cutMiddle} does, but between its blocks: blocks of code, lists and tables stay whole or go
 * whole, and rather stay; prose is cut between sentences. Only where that would waste half of the room is a list cut
 * between its lines, and code between its lines with its fences put right; longer lines and words are cut last.
 */
export function cutBlocks(text: string, maxLength: number): CutText {
  return prepareBlockCut(text)(maxLength);
}

/** {@link cutBlocks} for a text that is cut to several lengths: it is taken apart once. */
export function prepareBlockCut(text: string): (maxLength: number) => CutText {
  let blocks: readonly TextBlock[] | undefined;
  const taken: (readonly Unit[] | undefined)[] = [];
  return (maxLength) => {
    if (text.length <= maxLength) return { text, cut: false };
    if (maxLength < MIN_ROOM) return cutMiddle(text, maxLength);
    blocks ??= splitBlocks(text);
    for (const [level, split] of [splitCoarsely, splitFinely].entries()) {
      const units = (taken[level] ??= unitsOf(blocks, split));
      const shortened = dropMiddle(units, maxLength);
      if (shortened !== undefined) return { text: shortened, cut: true };
    }
    const shortened = dropMiddle(unitsOf(blocks, splitAnywhere(maxLength)), maxLength);
    return shortened === undefined ? cutMiddle(text, maxLength) : { text: shortened, cut: true };
  };
}

function unitsOf(blocks: readonly TextBlock[], split: (block: TextBlock) => readonly string[]): readonly Unit[] {
  return blocks.flatMap((block, index) =>
    split(block).map((text) => ({ text, kind: block.kind, block: index, opening: block.opening })),
  );
}

function splitCoarsely({ kind, text }: TextBlock): readonly string[] {
  if (kind !== 'prose') return [text];
  return Array.from(new Intl.Segmenter('und', { granularity: 'sentence' }).segment(text), ({ segment }) => segment);
}

function splitFinely({ kind, text }: TextBlock): readonly string[] {
  if (kind === 'prose') return text.split(/(?<=\s)(?=\S)/);
  // Empty lines at the end stay with the line that closes the block.
  const lines = text.trimEnd().split(/(?<=\n)/);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${text.slice(text.trimEnd().length)}`];
}

function splitAnywhere(maxLength: number): (block: TextBlock) => readonly string[] {
  const length = Math.max(8, Math.floor(maxLength / 64));
  // By code points, so that no surrogate pair is split.
  const piece = new RegExp(`[^]{1,${length}}`, 'gu');
  return (block) => splitFinely(block).flatMap((line) => (isFence(line) ? [line] : (line.match(piece) ?? [])));
}

function isFence(line: string): boolean {
  return /^\s*(?:`{3,}|~{3,})/.test(line);
}

/**
 * Leaves out one run of units so that the rest fits: of the runs that are just long enough, the one that best uses the
 * room, cuts near two thirds of it, and spares code and lists. Undefined where head and tail do not fit, or too little
 * would be left.
 */
function dropMiddle(units: readonly Unit[], maxLength: number): string | undefined {
  const ends = sums(units, ({ text }) => text.length);
  const total = ends.at(-1) ?? 0;
  const structure = sums(units, ({ kind, text }) => (kind === 'prose' ? 0 : text.length));
  const longestOpening = units.reduce((longest, { opening }) => Math.max(longest, opening.length), 0);
  const room = maxLength - LINE_MARK.length - 2 - 2 * (longestOpening + 1);
  let best: { head: number; tail: number; cost: number } | undefined;
  let tail = 1;
  for (let head = 1; head < units.length; head++) {
    const headLength = ends[head] ?? 0;
    tail = Math.max(tail, head + 1);
    while (tail < units.length && headLength + total - (ends[tail] ?? 0) > room) tail += 1;
    if (tail >= units.length) break;
    const kept = headLength + total - (ends[tail] ?? 0);
    const lost = ((structure[tail] ?? 0) - (structure[head] ?? 0)) / ((structure.at(-1) ?? 0) || 1);
    const cost = 1 - kept / room + Math.abs(headLength / kept - HEAD_SHARE) / 2 + lost / 3;
    if (kept >= room * MIN_KEPT && cost < (best?.cost ?? Infinity)) best = { head, tail, cost };
  }
  return best && joinAround(units, best);
}

/** Sums of a length from the first unit on: one more than there are units. */
function sums(units: readonly Unit[], length: (unit: Unit) => number): readonly number[] {
  const found = [0];
  for (const unit of units) found.push((found.at(-1) ?? 0) + length(unit));
  return found;
}

function joinAround(units: readonly Unit[], { head, tail }: { head: number; tail: number }): string {
  const before = textOf(units.slice(0, head));
  const after = textOf(units.slice(tail));
  const [headBlock, tailBlock] = [innerCode(units, head), innerCode(units, tail)];
  if (headBlock === undefined && tailBlock === undefined) {
    const betweenLines = endsLine(before) || endsLine(units[tail - 1]?.text ?? '');
    return betweenLines
      ? `${before.trimEnd()}\n${LINE_MARK}\n${after.replace(/^\s*\n/, '')}`
      : `${before.trimEnd()}${CUT_MARK}${after.trimStart()}`;
  }
  // Within one block of code the fences are whole as they are.
  const within = headBlock?.block === tailBlock?.block;
  const closing = within || headBlock === undefined ? '' : `${closingOf(headBlock.opening)}\n`;
  const opening = within || tailBlock === undefined ? '' : `${tailBlock.opening}\n`;
  return `${before.trimEnd()}${LINE_MARK}${closing}${opening}${after}`;
}

/** The unit at `index` where the place before it is inside a block of code. */
function innerCode(units: readonly Unit[], index: number): Unit | undefined {
  const unit = units[index];
  return unit !== undefined && unit.opening !== '' && units[index - 1]?.block === unit.block ? unit : undefined;
}

function endsLine(text: string): boolean {
  return text.slice(text.trimEnd().length).includes('\n');
}

function textOf(units: readonly Unit[]): string {
  return units.map(({ text }) => text).join('');
}
