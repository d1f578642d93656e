import type { Side, Token } from './reply-tokens.ts';

const OPENS = /^[(["'«“„『「#№]$/u;
const CLOSES = /^[)\]"'»”“」』]$/u;
/** English words that an article A may stand before and that would make a side of it. */
const ADJECTIVES =
  /^(?:better|best|superior|preferable|preferred|stronger|strongest|good|great|fine|tie|draw|winner|wash|worse|final)\b/i;
/** Verbs in the past tense, which say that the A or the first before them is one of the two. */
const PAST = /^(?:provided|offered|gave|answered|followed|explained|addressed|did|had|was|has|wins|won|lost)$/i;
/** Words that end like a verb and are none. */
const NO_VERBS =
  /^(?:series|class|process|basis|business|glass|less|plus|previous|various|serious|numerous|this|its|his)$/i;
/** Words that may stand before the bare letter of a side; behind others it is part of a name: "team B", "vitamin B". */
const BEFORE_SIDE = new RegExp(
  `^(?:${[
    'and or for to with that of in by from while like give given rate rank vote find consider think believe say call',
    'make making makes see place put judge declare award because since but so than then between against only even just',
    'only is are now though thing today here goes would will must should do does did me us them you it this one',
    'say said tell answer output choose chose pick select prefer favor favour recommend take deem deems considers finds',
    'und oder dass ob finde ist et ou que y e o u che con finde würde',
    'winner verdict result decision final yes no well ok okay hmm right sure definitely clearly slightly go going',
    'и или что a à toward towards',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
  'i',
);

/**
 * Finds the mentions of the two answers: "Output (a)", "Response 1", "Model B's", "(b)", "the first one", and a bare A
 * that is no article.
 */
export function findSides(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = [];
  for (let index = 0; index < tokens.length;) {
    const mention = readMention(tokens, index);
    const token = tokens[index];
    if (mention !== undefined) {
      found.push({ kind: 'side', text: mention.text, side: mention.side });
      index = mention.end;
    } else {
      if (token !== undefined) found.push(token);
      index += 1;
    }
  }
  return found;
}

interface Mention {
  readonly side: Side;
  readonly text: string;
  /** Index behind it. */
  readonly end: number;
}

function readMention(tokens: readonly Token[], start: number): Mention | undefined {
  const token = tokens[start];
  if (
    token?.kind === 'noun' ||
    (token?.kind === 'points' &&
      !/^(?:grade|mark|marks|note|nota)$/i.test(token.text) &&
      tokens[start + 1]?.kind === 'word')
  ) {
    let index = start + 1;
    while (index < start + 3 && isMark(tokens[index], OPENS)) index += 1;
    if (index === start + 1 && tokens[index]?.text === '-') index += 1;
    const side = letterSide(tokens[index]);
    if (side === undefined || (index === start + 1 && !isSurely(tokens, index))) return undefined;
    // 'Output "1. A is better"'
    if (/["'“„]/.test(tokens[index - 1]?.text ?? '') && !isMark(tokens[index + 1], CLOSES)) return undefined;
    const quoted = index > start + 1;
    const closes = quoted ? tokens.slice(index + 1, index + 3).findIndex((next) => !isMark(next, CLOSES)) : 0;
    const end = index + 1 + (closes < 0 ? tokens.slice(index + 1, index + 3).length : closes);
    return { side, text: `${token.text} ${tokens[index]?.text}`, end };
  }
  // "[[A]]" is left to who looks for it.
  if (isMark(token, OPENS) && token?.text !== '[' && isMark(tokens[start + 2], CLOSES)) {
    const inner = tokens[start + 1];
    const side = inner?.kind === 'word' ? letterSide(inner) : undefined;
    if (side !== undefined) return { side, text: inner?.text ?? '', end: start + 3 };
  }
  if (token?.kind === 'first' || token?.kind === 'second') return readOrdinal(tokens, start);
  const side = letterSide(token);
  if (side === undefined || !isBareSide(tokens, start)) return undefined;
  return { side, text: token?.text ?? '', end: start + 1 };
}

/** "The first", "second response", "第一个": a plain "first" may only count the steps of an argument. */
function readOrdinal(tokens: readonly Token[], start: number): Mention | undefined {
  const token = tokens[start];
  if (token === undefined) return undefined;
  const next = tokens[start + 1];
  const nounFollows = next?.kind === 'noun';
  // "My first choice"
  if (next?.text.toLowerCase() === 'choice') return undefined;
  // "The second paragraph" is a part of an answer.
  if (next?.kind === 'word' && /^\w+$/.test(next.text) && !isVerb(next) && !/^(?:of|in|for|and|or)$/.test(next.text))
    return undefined;
  const before = tokens[start - 1]?.kind;
  const labelled = tokens[start - 1]?.text === ':' && (next === undefined || next.kind === 'punctuation');
  const alone = tokens.filter(({ kind }) => kind !== 'punctuation').length === 1;
  if (!nounFollows && before !== 'noun' && before !== 'article' && !alone && !labelled && /^\w+$/.test(token.text))
    return undefined;
  const side = token.kind === 'first' ? 'left' : 'right';
  return { side, text: token.text, end: start + (nounFollows ? 2 : 1) };
}

/** The side that a letter or number names, if any. */
export function letterSide(token: Token | undefined): Side | undefined {
  if (token?.kind !== 'word' && token?.kind !== 'number') return undefined;
  if (/^(?:[Aa1]|A's)$/.test(token.text)) return 'left';
  return /^(?:[Bb2]|B's)$/.test(token.text) ? 'right' : undefined;
}

/** "Answer a question" names no answer. */
function isSurely(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.text !== 'a') return true;
  const next = tokens[index + 1]?.kind;
  return next !== 'word' && next !== 'noun' && next !== 'good' && next !== 'better' && next !== 'number';
}

/** A letter on its own that is a side: not the article, and not one of the languages in which "a" and "e" are words. */
function isBareSide(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  const before = tokens[index - 1];
  if (before?.kind === 'word' && /^[\p{L}'-]+$/u.test(before.text) && !BEFORE_SIDE.test(before.text)) return false;
  switch (token?.text) {
    case "A's":
    case "B's":
    case 'B':
      return true;
    case 'A':
      if (next === undefined || next.kind === 'punctuation') return true;
      if (/^[AaBb]$/.test(next.text) || (next.kind === 'noun' && /^\w+$/.test(next.text))) return false;
      if (next.kind === 'points') return next.text === 'scores';
      if (next.kind === 'word') return isVerb(next) || /^(?:and|or|und|et|by|in|rather|[^\x20-\x7E]+)$/.test(next.text);
      if (next.kind === 'quality' || next.kind === 'more' || next.kind === 'less') return false;
      if (tokens[index + 2]?.kind === 'noun' && next.kind === 'better') return false;
      return !ADJECTIVES.test(next.text) || isEnd(tokens[index + 2]);
    case 'a':
    case 'b':
    case '1':
    case '2':
      return next?.kind === 'is' && !/^[à-ÿ]/.test(next.text);
    default:
      return false;
  }
}

/** A word that ends like a verb in the third person, or one of the past tense. */
function isVerb({ text }: Token): boolean {
  return (/^[a-z]+[^s]s$/.test(text) && !NO_VERBS.test(text)) || PAST.test(text);
}

function isEnd(token: Token | undefined): boolean {
  return token === undefined || token.kind === 'punctuation' || token.kind === 'than';
}

function isMark(token: Token | undefined, marks: RegExp): boolean {
  return token?.kind === 'punctuation' && marks.test(token.text);
}
