import { type Claim, STRENGTH, type Strength } from './claim.ts';
import { sidesOf, type Tokens } from './clauses.ts';
import type { Token } from './reply-tokens.ts';

/** "It is a tie", "both are equally good", "neither is acceptable", "A and B are both bad". */
export function readTie(clause: Tokens, strength: Strength): Claim | undefined {
  const has = (kind: Token['kind']) => clause.some((token) => token.kind === kind);
  if (has('neither')) {
    if (sidesOf(clause).size === 1) return undefined;
    if (has('better') || has('tie')) return { verdict: 'both-good', strength };
    return has('good') || has('does') ? { verdict: 'both-bad', strength: STRENGTH.remark } : undefined;
  }
  if (has('better') || has('worse') || has('unlike') || has('more') || has('less')) return undefined;
  if (has('not')) {
    if (!has('both')) return undefined;
    const deniedBad = clause.some(({ kind }, index) => kind === 'bad' && clause[index - 1]?.kind === 'not');
    if (deniedBad || !(has('good') || has('does') || has('bad'))) return undefined;
    return { verdict: 'both-bad', strength: STRENGTH.remark };
  }
  const bad = has('bad');
  if (bad && has('good')) return undefined;
  // "A, B or tie"
  if (has('tie') && sidesOf(clause).size > 0 && clause.some(({ text }) => /^(?:or|\/)$/i.test(text))) return undefined;
  if (has('tie') && sidesOf(clause).size === 1) return undefined;
  if (has('tie')) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (has('equal') && (bad || has('good'))) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (isEqual(clause)) return { verdict: 'both-good', strength };
  if (!has('both') || !(bad || has('good') || has('does'))) return undefined;
  return { verdict: bad ? 'both-bad' : 'both-good', strength: STRENGTH.remark };
}

/** "They are about equal", "A and B are the same", and not "they have the same length". */
function isEqual(clause: Tokens): boolean {
  const at = clause.findIndex(({ kind }) => kind === 'equal');
  const pair =
    clause.some(({ kind, text }) => kind === 'both' || (kind === 'noun' && text.endsWith('s'))) ||
    sidesOf(clause).size === 2;
  if (at < 0 || !pair || clause.slice(Math.max(0, at - 3), at).every(({ kind }) => kind !== 'is')) return false;
  return clause.slice(at + 1).every(({ kind, text }) => kind !== 'word' || /^(?:in|quality|of)$/i.test(text));
}
