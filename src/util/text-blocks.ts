/** What a block is; all but prose lose their sense when they are cut. */
type BlockKind = 'prose' | 'code' | 'list' | 'table';

/** A block of a text in Markdown, with the empty lines behind it. All blocks one after the other are the text. */
export interface TextBlock {
  readonly kind: BlockKind;
  readonly text: string;
  /** The line that opens a block of code, without what stands before the fence and without its end. */
  readonly opening: string;
}

/** Longest language of a block of code that is worth repeating. */
const OPENING_LENGTH = 24;

/** Splits a text into its blocks. Text without any Markdown is prose, paragraph by paragraph. */
export function splitBlocks(text: string): readonly TextBlock[] {
  const blocks: { kind: BlockKind; lines: string[]; opening: string; closed: boolean }[] = [];
  let blankBefore = false;
  for (const line of text.split(/(?<=\n)/)) {
    const last = blocks.at(-1);
    const blank = line.trim() === '';
    if (last?.kind === 'code' && !last.closed) {
      last.lines.push(line);
      last.closed = closes(line, last.opening);
    } else if (last !== undefined && (blank || continues(last.kind, line, blankBefore))) {
      last.lines.push(line);
    } else {
      const opening = /^\s*((`{3,}|~{3,})[^`\n]*)$/.exec(line.trimEnd())?.[1] ?? '';
      blocks.push({ kind: kindOf(line, opening), lines: [line], opening: cutOpening(opening), closed: false });
    }
    blankBefore = blank;
  }
  return blocks.map(({ kind, lines, opening }) => ({ kind, text: lines.join(''), opening }));
}

/** The line that closes what `opening` opened. */
export function closingOf(opening: string): string {
  return /^(?:`+|~+)/.exec(opening)?.[0] ?? '';
}

function closes(line: string, opening: string): boolean {
  const fence = line.trim();
  const needed = closingOf(opening);
  return fence.length >= needed.length && fence === (needed[0] ?? '').repeat(fence.length);
}

function cutOpening(opening: string): string {
  return opening.length <= OPENING_LENGTH ? opening : closingOf(opening);
}

function kindOf(line: string, opening: string): BlockKind {
  if (opening !== '') return 'code';
  if (isListItem(line)) return 'list';
  return isTableRow(line) ? 'table' : 'prose';
}

/** Whether a line that is not empty goes on with the block before it. */
function continues(kind: BlockKind, line: string, blankBefore: boolean): boolean {
  if (/^\s*(?:`{3,}|~{3,})/.test(line)) return false;
  switch (kind) {
    case 'list':
      return isListItem(line) || /^(?: {2}|\t)/.test(line) || (!blankBefore && !isTableRow(line));
    case 'table':
      return isTableRow(line) && !blankBefore;
    case 'prose':
      return !blankBefore && !isListItem(line) && !isTableRow(line);
    case 'code':
      return false;
    default:
      return kind satisfies never;
  }
}

function isListItem(line: string): boolean {
  return /^\s*(?:[-*+•]|\d{1,9}[.)])\s+\S/.test(line);
}

function isTableRow(line: string): boolean {
  return /^\s*\|/.test(line);
}
