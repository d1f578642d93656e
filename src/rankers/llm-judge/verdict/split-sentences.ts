import type { Token } from './reply-tokens.ts';

const ENDS = /^[.!?。！？…]$/u;

/** The sentences of a line, each with the mark that ends it. */
export function splitSentences(line: readonly Token[]): readonly (readonly Token[])[] {
  const sentences: Token[][] = [[]];
  for (const token of line) {
    sentences.at(-1)?.push(token);
    if (token.kind === 'punctuation' && ENDS.test(token.text)) sentences.push([]);
  }
  return sentences.filter((sentence) => sentence.some(({ kind }) => kind !== 'punctuation'));
}
