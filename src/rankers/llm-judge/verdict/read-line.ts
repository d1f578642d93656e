import type { Verdict } from '../../../spec/pair-ranker.ts';
import { type Claim, STRENGTH } from './claim.ts';
import { numberedChoice, readChoice } from './read-choice.ts';
import { splitSentences } from './split-sentences.ts';
import type { Token } from './reply-tokens.ts';

/**
 * A line that is nothing but a choice: "B", "**Output (b)**", "2. B is better", "C. Tie". Empty where it is something
 * else, or a heading. A number that names another choice than its text is a claim of its own.
 */
export function readLine(
  line: readonly Token[],
  { only }: { /** The reply has no other line. */ only: boolean },
): readonly Claim[] {
  if (!only && (line[0]?.text === '#' || line.at(-1)?.text === ':')) return [];
  const whole = readChoice(line);
  if (whole !== undefined) return [{ verdict: whole, strength: STRENGTH.choice }];
  const [marker, rest] = splitMarker(line);
  const numbered = numberedChoice(marker);
  if (numbered === undefined) return [];
  const [sentence = []] = splitSentences(rest);
  const named = readChoice(sentence);
  if (named !== undefined) {
    return [
      { verdict: named, strength: STRENGTH.choice },
      // Two ties with one number: many judges have only three choices.
      ...(named === numbered || numbered === 'both-good' ? [] : [{ verdict: numbered, strength: STRENGTH.choice }]),
    ];
  }
  return [];
}

const BECAUSE = /^(?:because|weil|parce que|porque|perché|因为)$/i;

/** The choice whose letter or number stands before a line of another kind: "B. It is shorter", "B, because it is shorter". */
export function readMarker(
  line: readonly Token[],
): { readonly verdict: Verdict; readonly isNumber: boolean } | undefined {
  const [named, next, second] = line;
  if (named?.kind === 'side' && BECAUSE.test((next?.text === ',' ? second : next)?.text ?? '')) {
    return { verdict: named.side, isNumber: false };
  }
  const [marker, rest] = splitMarker(line);
  const verdict = rest.length > 0 && !isList(line) ? numberedChoice(marker) : undefined;
  return verdict && { verdict, isNumber: marker?.kind === 'number' };
}

/** "A: short. B: long." speaks of both, side by side. */
function isList(line: readonly Token[]): boolean {
  const headed = new Set(line.flatMap((token, index) => (isHead(token, line[index + 1]) ? [token.text] : [])));
  return headed.size > 1;
}

function isHead(token: Token, next: Token | undefined): boolean {
  return token.kind === 'side' && next?.kind === 'punctuation' && /^[.:)"]$/.test(next.text);
}

/** "2." or "(B)" before more text. */
function splitMarker(line: readonly Token[]): readonly [Token | undefined, readonly Token[]] {
  const start = line.findIndex(({ kind }) => kind !== 'punctuation');
  const closes = line[start + 1];
  const marked = /^[1-4a-d]$/i.test(line[start]?.text ?? '') && /^[.):\]-]$/.test(closes?.text ?? '');
  // Behind a colon a number is a score.
  if (!marked || (closes?.text === ':' && line[start + 2]?.kind === 'number')) return [undefined, []];
  return [line[start], line.slice(start + 2)];
}
