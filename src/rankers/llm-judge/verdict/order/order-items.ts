/** A piece of a line in which candidates are ordered, and where it stands there. */
export type Item = { readonly at: number; readonly end: number } & Piece;

type Piece =
  /** "[2]", "Candidate 2", or a bare 2. */
  | {
      readonly kind: 'candidate';
      readonly number: number;
      /** Not bare. */ readonly named: boolean;
      /** "1)" */ readonly closed: boolean;
    }
  /** "1st", "rank 1", "best". The worst has the place Infinity. */
  | { readonly kind: 'place'; readonly place: number }
  /** "7/10", "85%", "score: 7". */
  | { readonly kind: 'score'; readonly score: number }
  /** What joins two candidates: the left is better, the right is better, neither, or a mere "then". */
  | { readonly kind: 'join'; readonly join: Join; /** A sign, and no word. */ readonly sign: boolean }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string };

/** `list` is a comma or a blank, `next` a word or an arrow that leads on. */
export type Join = 'better' | 'worse' | 'equal' | 'next' | 'list';

const NOUN = String.raw`(?:candidate|response|answer|output|assistant|model|option|text|passage|document|doc|reply|c)`;
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const MEDALS = ['🥇', '🥈', '🥉'];

const PIECES = new RegExp(
  [
    String.raw`(?<score>(?<![\d.])\d{1,4}(?:\.\d{1,4})?\s?(?:\/\s?(?:5|10|20|100)(?![\d\/]|\s?\/)|%))`,
    String.raw`(?<scored>\b(?:scores?|points?|rating|total|gets|rated|stars)\b\s{0,3}(?:of|is|=|:|-)?\s{0,3}(?<value>\d{1,4}(?:\.\d{1,4})?)(?!\.?\d))`,
    String.raw`(?<ordinal>\b(?<nth>\d{1,3})(?:st|nd|rd|th)\b|\b(?:${ORDINALS.join('|')})\b(?:[ -]best\b)?|${MEDALS.join('|')})`,
    String.raw`(?<ranked>\b(?:rank(?:ed)?|place|position)\b\s{0,3}(?:is|=|:|#|no\.?)?\s{0,3}(?<rank>\d{1,3})(?:st|nd|rd|th)?(?!\.?\d))`,
    String.raw`(?<end>\b(?:best|top|winner|gold|runner-up|silver|bronze|worst|last|weakest|middle)\b)`,
    String.raw`(?<number>(?:\b${NOUN}[\s_]{0,3}[-#]?\s?)?(?:[\[(#№]{1,3}\s?)?(?:\b${NOUN}[\s_]{0,3}[-#]?\s?)?(?<digits>(?<![\d.])\d{1,3})(?![\d]|\.\d|\p{L})(?:\s?[\])]){0,3})`,
    String.raw`(?<join>[=-]{1,3}>|→|⟶|>=|≥|⩾|>+|≻+|<=|≤|<+|≺+|=+|≈|~|\bsucc\b|\b(?:is |are )?(?:(?:much |clearly |slightly |far )?better than|superior to|ahead of|beats|outperforms|preferred over|preferred to)\b|\b(?:is )?(?:worse than|inferior to)\b|\b(?:and )?(?:followed (?:closely )?by|then|next|after that)\b)`,
    String.raw`(?<word>[\p{L}\p{M}'’]+)`,
    String.raw`(?<mark>\S)`,
  ].join('|'),
  'giu',
);

/** A line without what stands in brackets beside a candidate, other than a number. */
export function withoutRemarks(line: string): string {
  return line.replace(
    /\((?![^()]{0,12}\d{1,3}\s*\))[^()]{0,200}\)|\((?=[^()]{0,40}\/)[^()]{0,40}\)|\((?:score|rating)[^()]{0,40}\)/gi,
    ' ',
  );
}

/** The pieces of a line. */
export function readItems(line: string): readonly Item[] {
  return [...line.matchAll(PIECES)].map(({ groups = {}, 0: text, index }) => ({
    ...readPiece(groups, text),
    at: index,
    end: index + text.length,
  }));
}

function readPiece(groups: Readonly<Record<string, string | undefined>>, text: string): Piece {
  if (groups['score'] !== undefined) return { kind: 'score', score: Number.parseFloat(text) };
  if (groups['scored'] !== undefined) return { kind: 'score', score: Number(groups['value']) };
  if (groups['ordinal'] !== undefined) return { kind: 'place', place: toPlace(text, groups['nth']) };
  if (groups['ranked'] !== undefined) return { kind: 'place', place: Number(groups['rank']) };
  if (groups['end'] !== undefined) return { kind: 'place', place: endPlace(text) };
  if (groups['number'] !== undefined) {
    const bare = /^\s*#?\d+\s*[)]?\s*$/.test(text);
    return { kind: 'candidate', number: Number(groups['digits']), named: !bare, closed: /\)\s*$/.test(text) };
  }
  if (groups['join'] !== undefined)
    return { kind: 'join', join: toJoin(text), sign: !/[a-z]{3}/i.test(text) || text === 'succ' };
  return { kind: groups['word'] === undefined ? 'mark' : 'word', text };
}

function toPlace(text: string, nth: string | undefined): number {
  if (nth !== undefined) return Number(nth);
  const medal = MEDALS.indexOf(text);
  return 1 + (medal >= 0 ? medal : ORDINALS.indexOf(text.toLowerCase().replace(/[ -]best$/, '')));
}

function endPlace(text: string): number {
  if (/^(?:worst|last|weakest)$/i.test(text)) return Infinity;
  if (/^bronze$/i.test(text)) return 3;
  return /^(?:middle|silver|runner-up)$/i.test(text) ? 2 : 1;
}

function toJoin(text: string): Join {
  if (/worse|inferior|^[<≤≺]/i.test(text)) return 'worse';
  if (/better|superior|ahead|beats|outperforms|preferred|succ|^[>≥⩾≻]/i.test(text)) return 'better';
  return /^(?:=+|≈|~)$/.test(text) ? 'equal' : 'next';
}
