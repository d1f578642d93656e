import type { Token } from './reply-tokens.ts';

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
