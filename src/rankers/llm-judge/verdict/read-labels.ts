import { type Claim, STRENGTH } from './claim.ts';
import { opposite, readChoice } from './read-choice.ts';
import type { Token } from './reply-tokens.ts';

const SEPARATORS = /^[:=：→>\-–—]$/u;
const QUOTES = /^["'“”„«»()[\]]$/u;
/** Tokens that may stand between a label and what it labels. */
const MAX_LEAD = 12;
const COMPARES = /^[<>≻≺≈=]$/u;

/** "Winner: B", "my answer is (b)", `"choice": "2"`, "[[A]]", "A > B". */
export function readLabels(line: readonly Token[]): readonly Claim[] {
  if (line.some(({ kind, text }) => kind === 'if' || text === '?')) return [];
  const claims: Claim[] = [...readSigns(line), ...readDoubleBrackets(line)];
  let concluding = false;
  for (const [index, token] of line.entries()) {
    concluding ||= token.kind === 'final';
    if (!isLabel(line, index) || isDeniedOrOther(line, index)) continue;
    const value = valueBehind(line, index + 1);
    const chosen = value && readChoice(value);
    if (chosen === undefined) continue;
    // "My first choice was A", "neither, they are equally good"
    if (
      /^(?:first|second)$/.test(line[index - 1]?.kind ?? '') ||
      (chosen === 'both-bad' && value?.length === 1 && goesOn(line, index))
    )
      continue;
    const loser = line[index]?.kind === 'worse' && (chosen === 'left' || chosen === 'right');
    const ruling = concluding && line[index]?.kind === 'label';
    const strength = ruling ? STRENGTH.ruling : concluding ? STRENGTH.final : STRENGTH.choice;
    claims.push({ verdict: loser ? opposite(chosen) : chosen, strength });
  }
  return claims;
}

/** A word for verdict; a word for answer where a sign follows, or "my" stands before: "Answer 1" is the name of a side. */
function isLabel(line: readonly Token[], index: number): boolean {
  const token = line[index];
  if (token?.kind === 'label') return true;
  if (token?.kind === 'pick' && isNumber(line, index + 1)) return speaksBefore(line, index);
  if (token?.kind !== 'noun' && token?.kind !== 'better' && token?.kind !== 'worse' && token?.kind !== 'pick')
    return false;
  if (token.kind === 'noun' && line.slice(Math.max(0, index - 2), index).some(({ text }) => /^my$/i.test(text)))
    return true;
  const next = skipQuotes(line, index + 1);
  return SEPARATORS.test(line[next]?.text ?? '') && line[next]?.kind === 'punctuation';
}

/** "No preference for A", and the second of "Winner: A" or "Winner: B". */
function isDeniedOrOther(line: readonly Token[], index: number): boolean {
  const near = line.slice(Math.max(0, index - 3), index);
  const before = near.slice(near.findLastIndex(({ text }) => /^[.!?]$/.test(text)) + 1);
  const last = before.findLast(({ text }) => !/^["'“”([]$/.test(text));
  return before.some(({ kind }) => kind === 'not') || /^(?:or|oder|ou)$/i.test(last?.text ?? '');
}

/** More stands behind "neither". */
function goesOn(line: readonly Token[], label: number): boolean {
  const behind = line.slice(label + 1, label + MAX_LEAD);
  const at = behind.findIndex(({ kind }) => kind === 'neither');
  return at >= 0 && behind.slice(at + 1).some(({ kind }) => kind !== 'punctuation');
}

/** "I choose 2." */
function isNumber(line: readonly Token[], index: number): boolean {
  const at = line[index]?.kind === 'noun' ? index + 1 : index;
  return (
    /^[1-4]$/.test(line[at]?.text ?? '') && (line[at + 1] === undefined || /^[.!]$/.test(line[at + 1]?.text ?? ''))
  );
}

function speaksBefore(line: readonly Token[], index: number): boolean {
  return line.slice(Math.max(0, index - 3), index).some(({ kind }) => kind === 'speaker' || kind === 'final');
}

/** What stands behind a label, up to the next mark or clause. */
function valueBehind(line: readonly Token[], from: number): readonly Token[] | undefined {
  let start = skipQuotes(line, from);
  let signs = 0;
  while (
    start < Math.min(line.length, from + MAX_LEAD) &&
    (SEPARATORS.test(line[start]?.text ?? '') || isEmptyWord(line[start]))
  ) {
    const { kind, text = '' } = line[start] ?? {};
    if (kind === 'punctuation' || kind === 'is' || (/^(?:for|to)$/i.test(text) && isPreference(line[from - 1])))
      signs += 1;
    start = skipQuotes(line, start + 1);
  }
  if (signs === 0 && line[from - 1]?.kind !== 'pick') return undefined;
  let end = start;
  while (end < line.length && end < start + 8 && !isValueEnd(line, end, start)) end += 1;
  // "Winner: A or B", "[[A]] or [[B]]"
  const behind = line.slice(end, end + 4).find(({ text }) => !/^[\])"']$/.test(text));
  if (/^(?:or|oder|ou|o|\/)$/i.test(behind?.text ?? '')) return undefined;
  // "Your choice: 1, 2, 3 or 4"
  if (behind?.text === ',' && line[line.indexOf(behind, end) + 1]?.kind === 'number') return undefined;
  return line.slice(start, end);
}

/** "Slight preference for A", "edge to A". */
function isPreference(token: Token | undefined): boolean {
  return /(?:preference|edge|advantage|nod|vote|win|point)$/i.test(token?.text ?? '');
}

function isEmptyWord(token: Token | undefined): boolean {
  return (
    token?.kind === 'is' ||
    token?.kind === 'article' ||
    token?.kind === 'filler' ||
    token?.kind === 'label' ||
    /^(?:for|to|of|this|comparison|evaluation|contest|round|here)$/i.test(token?.text ?? '')
  );
}

function isValueEnd(line: readonly Token[], index: number, start: number): boolean {
  const token = line[index];
  if (token?.kind === 'break' || token?.kind === 'than') return true;
  return index > start && token?.kind === 'punctuation' && /^[.,;:!()\]}。，、；–—-]$/u.test(token.text);
}

function skipQuotes(line: readonly Token[], from: number): number {
  let index = from;
  while (index < from + MAX_LEAD && line[index]?.kind === 'punctuation' && QUOTES.test(line[index]?.text ?? ''))
    index += 1;
  return index;
}

/** Arena's way: "A > B", "[[B>>A]]", "A = B". */
function readSigns(line: readonly Token[]): readonly Claim[] {
  const claims: Claim[] = [];
  for (const [index, left] of line.entries()) {
    if (left.kind !== 'side') continue;
    let end = index + 1;
    while (line[end]?.kind === 'punctuation' && COMPARES.test(line[end]?.text ?? '')) end += 1;
    const sign = line[index + 1]?.text ?? '';
    const right = line[end];
    if (end === index + 1 || right?.kind !== 'side' || right.side === left.side) continue;
    const verdict = /[>≻]/.test(sign) ? left.side : /[<≺]/.test(sign) ? right.side : 'both-good';
    const concluding = line.slice(Math.max(0, index - 4), index).some(({ kind }) => kind === 'final');
    claims.push({ verdict, strength: concluding ? STRENGTH.final : STRENGTH.choice });
  }
  return claims;
}

/** MT-bench's way: "[[A]]", "[[C]]" for a tie. */
function readDoubleBrackets(line: readonly Token[]): readonly Claim[] {
  const claims: Claim[] = [];
  for (const [index, token] of line.entries()) {
    if (token.text !== '[' || line[index + 1]?.text !== '[') continue;
    const end = line.slice(index + 2, index + 8).findIndex(({ text }) => text === ']');
    const verdict = end < 1 ? undefined : readChoice(line.slice(index + 2, index + 2 + end));
    if (verdict !== undefined) claims.push({ verdict, strength: STRENGTH.final });
  }
  return claims;
}
