import type { Verdict } from '../../../spec/pair-ranker.ts';
import { type Claim, decideClaims, STRENGTH } from './claim.ts';
import { findSides } from './find-sides.ts';
import { normalizeReply } from './normalize-reply.ts';
import { readChoice, readLine, readMarker } from './read-choice.ts';
import { readLabels } from './read-labels.ts';
import { readRanking } from './read-ranking.ts';
import { readScores } from './read-scores.ts';
import { readBareSide, readStatement } from './read-statement.ts';
import { splitSentences, type Token, tokenize } from './reply-tokens.ts';

/**
 * The verdict in a judge's reply: A, 1, "the first" and "Output (a)" are left; a tie without a word on quality is
 * `both-good`. Understands numbers, letters, sentences in a dozen languages, labels ("Winner: B", JSON), `[[A]]`,
 * scores, and reasoning before or after the verdict. Undefined if there is none or the reply contradicts itself.
 *
 * Takes time linear in the length of the text, and never throws.
 */
export function parseVerdict(text: string): Verdict | undefined {
  const { lines, unfinished } = normalizeReply(text);
  const tokens = lines.map((line) => findSides(tokenize(line))).filter((line) => line.length > 0);
  if (unfinished) return decideClaims(readLine(tokens.at(-1) ?? [], { only: tokens.length === 1 }));
  if (isRefusal(lines[0] ?? '')) return undefined;
  return decideClaims(collectClaims(tokens));
}

/** Every claim of a reply, in order. */
function collectClaims(lines: readonly (readonly Token[])[]): readonly Claim[] {
  const ranking = readRanking(lines);
  const scores = readScores(lines);
  const last = lines.length - 1;
  const own = lines.map((line, index) => (ranking.used.has(index) ? [] : readLine(line, { only: last === 0 })));
  for (const [index, line] of lines.entries()) if (isChoicePair(line, lines[index + 1])) own.splice(index, 2, [], []);
  // A line that is nothing but one side is a heading where the other has one too; three and more are the choices as asked.
  const named = (upTo: number) =>
    new Set(
      own
        .slice(0, upTo)
        .flat()
        .map(({ verdict }) => verdict),
    ).size;
  let corrects = false;
  const claims = lines.flatMap((given, index) => {
    const line = withoutReports(given);
    if (isChoiceList(line) || ranking.used.has(index)) return [];
    const { rest, corrected } = withoutCorrection(line);
    corrects ||= corrected;
    const read = (): readonly Claim[] => {
      const ownChoice = corrected ? readLine(rest, { only: true }) : own[index];
      const counts = corrected || (index === 0 && named(last) === 1) || (index === last && named(last + 1) < 3);
      if (counts && ownChoice?.length) return ownChoice;
      const stated = [...readLabels(line), ...readSentences(line, { first: index === 0, last: index === last })];
      const marked = index === 0 ? readOnlyMarker(lines, { stated: stated.length > 0 }) : [];
      return [...marked, ...stated];
    };
    const found = read();
    if (!corrects || !found.some(({ strength }) => strength >= STRENGTH.quality)) return found;
    corrects = false;
    return found.map((claim, place) => (place === 0 ? { ...claim, corrects: true } : claim));
  });
  return [...claims, ...ranking.claims, ...scores];
}

/** "1. A is better" and "2. B is better" in two lines: choices as asked. */
function isChoicePair(line: readonly Token[], next: readonly Token[] | undefined): boolean {
  return line[0]?.text === '1' && next?.[0]?.text === '2' && line.length > 2 && line.length === next.length;
}

/** Words in quotes behind "contains" or "tries to" are a candidate's. */
function withoutReports(line: readonly Token[]): readonly Token[] {
  const from = line.findIndex(({ text }) => /^["“„«]$/.test(text));
  const to = line.findIndex(({ text }, index) => index > from && /^["”“»]$/.test(text));
  if (from < 2 || to < 0) return line;
  const reported = line
    .slice(Math.max(0, from - 8), from)
    .some(
      ({ kind, text }) =>
        kind === 'says' || kind === 'side' || /^(?:contains|includes|injects?|reads|phrase|sentence|text)$/i.test(text),
    );
  return reported ? [...line.slice(0, from), ...line.slice(to + 1)] : line;
}

/** "1. A is better, 2. B is better, 3. Same good": the choices as asked. */
function isChoiceList(line: readonly Token[]): boolean {
  const numbers = new Set(
    line.flatMap(({ text }, index) => (/^[.):]$/.test(line[index + 1]?.text ?? '') ? [text] : [])),
  );
  return ['1', '2', '3'].every((number) => numbers.has(number));
}

/** Without "Actually," or "No, wait:" at the beginning. */
function withoutCorrection(tokens: readonly Token[]): { readonly rest: readonly Token[]; readonly corrected: boolean } {
  let start = 0;
  let corrected = false;
  for (const [index, { kind, text }] of tokens.entries()) {
    const denies = /^(?:no|nein|non|нет)$/i.test(text) && tokens[index + 1]?.kind === 'punctuation';
    if (kind === 'correction' || denies) corrected = true;
    else if (kind !== 'punctuation' && kind !== 'break') break;
    start = index + 1;
  }
  return corrected ? { rest: tokens.slice(start), corrected } : { rest: tokens, corrected };
}

/**
 * The choice that stands before the first line, where no other line has one. A number may count the reasons, so that it
 * only bears out, or contradicts, what the line says.
 */
function readOnlyMarker(
  [first = [], ...others]: readonly (readonly Token[])[],
  { stated }: { /** The line says something itself. */ stated: boolean },
): readonly Claim[] {
  const marker = readMarker(first);
  if (marker === undefined || others.some((line) => readMarker(line) !== undefined)) return [];
  return marker.isNumber && !stated ? [] : [{ verdict: marker.verdict, strength: STRENGTH.conclusion }];
}

function readSentences(line: readonly Token[], { first, last }: { first: boolean; last: boolean }): readonly Claim[] {
  const sentences = splitSentences(line).flatMap(splitAtCorrection);
  let corrects = false;
  return sentences.flatMap((sentence, index) => {
    const opens = first && index === 0;
    const closes = last && index === sentences.length - 1;
    const { rest, corrected } = withoutCorrection(sentence);
    corrects ||= corrected && !opens;
    const found = readSentence(rest, { opens, closes, behind: sentences[index - 1], corrects });
    if (!corrects || !found.some(({ strength }) => strength >= STRENGTH.quality)) return found;
    corrects = false;
    return found.map((claim, place) => (place === 0 ? { ...claim, corrects: true } : claim));
  });
}

/** "A, or rather B." */
function splitAtCorrection(sentence: readonly Token[]): readonly (readonly Token[])[] {
  const at = sentence.findIndex(
    ({ kind }, index) => index > 0 && kind === 'correction' && sentence[index - 1]?.kind === 'punctuation',
  );
  return at < 0 || sentence.slice(0, at).every(({ kind }) => kind === 'punctuation' || kind === 'correction')
    ? [sentence]
    : [sentence.slice(0, at), sentence.slice(at)];
}

interface Place {
  readonly opens: boolean;
  readonly closes: boolean;
  /** It stands behind a correction. */
  readonly corrects: boolean;
  readonly behind: readonly Token[] | undefined;
}

function readSentence(sentence: readonly Token[], { opens, closes, corrects, behind }: Place): readonly Claim[] {
  // "… So B.", and not the last place of a numbered list, nor the beginning of what was cut off.
  const listed = behind?.at(-2)?.kind === 'number';
  const ended = sentence.at(-1)?.kind === 'punctuation' || sentence.some(({ kind }) => kind === 'final');
  const choice = (closes || corrects) && behind !== undefined && !listed && ended ? readChoice(sentence) : undefined;
  if (choice !== undefined) return [{ verdict: choice, strength: STRENGTH.conclusion }];
  const claims = readStatement(sentence);
  const bare = claims.length === 0 && (opens || (closes && ended)) ? readBareSide(sentence) : undefined;
  if (bare !== undefined) return [{ verdict: bare, strength: STRENGTH.conclusion }];
  return claims
    .filter(({ strength }) => strength !== STRENGTH.remark || closes)
    .map((claim) =>
      opens && claim.strength === STRENGTH.statement ? { ...claim, strength: STRENGTH.conclusion } : claim,
    );
}

/** A judge that begins by refusing has not weighed the answers, whatever it says next. */
const REFUSAL =
  /^\W*(?:i(?:'m| am) (?:sorry|unable)|i (?:can(?:not|'t)|won't|apologi[sz]e)|sorry|as an ai\b[^.]{0,80}\b(?:cannot|can't|unable))/i;
/** Not being able to find a fault, or to call one worse, is an opinion. */
const OPINION = /^\W*i can(?:not|'t) (?:find|see|say|tell|fault|recommend|agree|think|help but|ignore|prefer|favou?r)/i;

/** True for a first line that refuses. */
function isRefusal(firstLine: string): boolean {
  const head = firstLine.slice(0, 200);
  return REFUSAL.test(head) && !OPINION.test(head);
}
