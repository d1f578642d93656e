import { MAX_PHRASE_WORDS, WORD_KINDS, type WordKind } from './word-kinds.ts';

/** Which of the two answers. */
export type Side = 'left' | 'right';

/** A piece of a reply with what it does there. */
export type Token =
  | { readonly kind: WordKind | 'word' | 'punctuation' | 'number'; readonly text: string }
  | { readonly kind: 'side'; readonly text: string; readonly side: Side };

/** Scripts written without spaces, or with endings joined to the word. */
const JOINED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]`;
const PIECES = new RegExp(
  String.raw`(?<joined>${JOINED}+)|(?<word>[[\p{L}\p{M}]--${JOINED}][[\p{L}\p{M}']--${JOINED}]*)|(?<number>\d+(?:[.,]\d+)?)|(?<mark>\S)`,
  'gv',
);
const MAX_JOINED_LENGTH = 8;
const MAX_WORD_LENGTH = 40;

/** The tokens of a line. `findSides` finds the sides among them. */
export function tokenize(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let words: string[] = [];
  const flush = () => {
    for (const token of readWords(words)) tokens.push(token);
    words = [];
  };
  for (const { groups = {} } of line.matchAll(PIECES)) {
    if (groups['word'] !== undefined) {
      words.push(...splitWord(groups['word'].slice(0, MAX_WORD_LENGTH)));
      continue;
    }
    flush();
    if (groups['joined'] !== undefined) for (const token of readJoined(groups['joined'])) tokens.push(token);
    else if (groups['number'] !== undefined) tokens.push({ kind: 'number', text: groups['number'] });
    else tokens.push({ kind: 'punctuation', text: groups['mark'] ?? '' });
  }
  flush();
  return tokens;
}

/** A possessive, and quotes around a word, are no part of it; a shortened not is one of its own. */
function splitWord(word: string): readonly string[] {
  // "A's score" is about A, "a score" is not.
  if (/^[AB]'s$/.test(word)) return [word];
  const bare = word.replace(/^'+|'+$/g, '').replace(/'s$/i, '');
  if (bare === '') return [];
  if (/n't$/i.test(bare)) return [bare.slice(0, -3) || 'not', "n't"];
  return [bare];
}

/** The longest known phrase at each place. */
function readWords(words: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < words.length;) {
    let length = Math.min(MAX_PHRASE_WORDS, words.length - start);
    let kinds: readonly WordKind[] | undefined;
    let text = '';
    for (; length > 0; length--) {
      text = words.slice(start, start + length).join(' ');
      kinds = WORD_KINDS.get(text.toLowerCase());
      if (kinds !== undefined) break;
    }
    if (kinds === undefined) tokens.push({ kind: 'word', text: words[start] ?? '' });
    else tokens.push(...kinds.map((kind) => ({ kind, text })));
    start += Math.max(1, length);
  }
  return tokens;
}

/** Chinese characters and katakana carry meaning; the hiragana and hangul between known words are mostly endings. */
const MEANS = /[\p{Script=Han}\p{Script=Katakana}]/u;
/** Characters that only join what is known. */
const JOINS = /^[的了得地在个個我你它这這那那人用也很就会會能可以对對有和与與及并於以及对于]$/u;

/** Known words in a run without spaces, and the characters between them that carry meaning. */
function readJoined(run: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < run.length;) {
    let length = Math.min(MAX_JOINED_LENGTH, run.length - start);
    while (length > 0 && !WORD_KINDS.has(run.slice(start, start + length))) length--;
    const text = run.slice(start, start + length);
    for (const kind of WORD_KINDS.get(text) ?? []) tokens.push({ kind, text });
    const unknown = run[start] ?? '';
    if (length === 0 && MEANS.test(unknown) && !JOINS.test(unknown)) tokens.push({ kind: 'word', text: unknown });
    start += Math.max(1, length);
  }
  return tokens;
}

const ENDS = /^[.!?。！？…]$/u;

/** The sentences of a line, each with the mark that ends it. */
export function splitSentences(line: readonly Token[]): readonly (readonly Token[])[] {
  const sentences: Token[][] = [[]];
  for (const [index, token] of line.entries()) {
    sentences.at(-1)?.push(token);
    if (token.kind === 'punctuation' && ENDS.test(token.text) && !isNumbering(line, index)) sentences.push([]);
  }
  return sentences.filter((sentence) => sentence.some(({ kind }) => kind !== 'punctuation'));
}

/** "1." before a text, at the start of a line or of what is quoted. */
function isNumbering(line: readonly Token[], dot: number): boolean {
  const before = line[dot - 2];
  return line[dot - 1]?.kind === 'number' && (before === undefined || before.kind === 'punctuation');
}
