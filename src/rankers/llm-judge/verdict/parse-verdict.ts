import type { Verdict } from '../../../spec/pair-ranker.ts';
import { aText } from '../../../util/check-options.ts';
import { type Claim, decideClaims, STRENGTH } from './claim.ts';
import { findSides } from './find-sides.ts';
import { normalizeReply } from './normalize-reply.ts';
import { isChoiceList, readOnlyMarker, readOwnLines } from './own-lines.ts';
import { readChoice, readLine } from './read-choice.ts';
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
 * Takes time linear in the length of the text.
 *
 * @throws InvalidArgumentError for what is no text.
 * @example
 * parseVerdict('B is more accurate.'); // 'right'
 */
export function parseVerdict(text: string): Verdict | undefined {
  aText('text', text);
  const { lines, unfinished } = normalizeReply(text);
  const tokens = lines.map((line) => findSides(tokenize(line))).filter((line) => line.length > 0);
  if (unfinished) return decideClaims(readLine(tokens.at(-1) ?? [], { only: tokens.length === 1 }));
  if (isRefusal(lines[0] ?? '')) return undefined;
  return decideClaims(collectClaims(tokens));
}

/** Every claim of a reply, in order. */
function collectClaims(given: readonly (readonly Token[])[]): readonly Claim[] {
  const lines = given.map(withoutReports);
  const ranking = readRanking(lines);
  const own = readOwnLines(lines, ranking.used);
  const last = lines.length - 1;
  const claims = correcting(lines, (line, { rest, corrected }, index) => {
    if (isChoiceList(line) || ranking.used.has(index)) return [];
    const choice = corrected ? readLine(rest, { only: true }) : (own[index] ?? []);
    if (choice.length > 0) return choice;
    const stated = [...readLabels(line), ...readSentences(line, { first: index === 0, last: index === last })];
    const marked = index === 0 ? readOnlyMarker(lines, { stated: stated.length > 0 }) : [];
    return [...marked, ...stated];
  });
  return [...claims, ...ranking.claims, ...readScores(lines)];
}

interface Corrected {
  readonly rest: readonly Token[];
  readonly corrected: boolean;
}

/** The claims of lines or sentences; the first behind "Actually," takes back what was claimed before. */
function correcting(
  parts: readonly (readonly Token[])[],
  read: (part: readonly Token[], correction: Corrected, index: number) => readonly Claim[],
): readonly Claim[] {
  let corrects = false;
  return parts.flatMap((part, index) => {
    const { rest, corrected } = withoutCorrection(part);
    corrects ||= corrected;
    const found = read(part, { rest, corrected }, index);
    if (!corrects || !found.some(({ strength }) => strength >= STRENGTH.quality)) return found;
    corrects = false;
    return found.map((claim, place) => (place === 0 ? { ...claim, corrects: true } : claim));
  });
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

function readSentences(line: readonly Token[], { first, last }: { first: boolean; last: boolean }): readonly Claim[] {
  const sentences = splitSentences(line).flatMap(splitAtCorrection);
  return correcting(sentences, (_, { rest, corrected }, index) =>
    readSentence(rest, {
      opens: first && index === 0,
      closes: last && index === sentences.length - 1,
      behind: sentences[index - 1],
      corrects: corrected && index > 0,
    }),
  );
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
  const [side, mark] = sentence;
  // "Response A. It is complete."
  if (
    opens &&
    !closes &&
    side?.kind === 'side' &&
    side.text.length > 2 &&
    mark?.text === '.' &&
    sentence.length === 2
  ) {
    return [{ verdict: side.side, strength: STRENGTH.conclusion }];
  }
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
