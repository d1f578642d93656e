import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { TokenDecoder } from './token-decoder.ts';

/** A tokenizer in which every byte is a token. */
const detokenize = (tokens: readonly Token[]) => Buffer.from(tokens).toString('utf8');
const tokensOf = (text: string) => [...Buffer.from(text)] as Token[];

test('text comes as soon as its characters are complete', () => {
  const decoder = new TokenDecoder(detokenize);
  expect(tokensOf('aé😀').map((token) => decoder.push(token))).toEqual(['a', '', 'é', '', '', '', '😀']);
  expect(decoder.flush()).toBe('');
});

test('what is incomplete at the end is dropped', () => {
  const decoder = new TokenDecoder(detokenize);
  const shown = tokensOf('é😀')
    .slice(0, 4)
    .map((token) => decoder.push(token));
  expect(shown.join('') + decoder.flush()).toBe('é');
});

test('a replacement character that the model writes is not held back for ever', () => {
  const decoder = new TokenDecoder((tokens) => '\uFFFD'.repeat(tokens.length));
  const tokens = [1, 2, 3, 4] as Token[];
  expect(tokens.map((token) => decoder.push(token)).join('')).toBe('\uFFFD'.repeat(4));
});

test('the detokenizer sees the tokens before', () => {
  const seen: (readonly Token[])[] = [];
  const decoder = new TokenDecoder(
    (_tokens, _special, before) => {
      seen.push(before);
      return 'x';
    },
    [9, 8, 7, 6] as Token[],
  );
  for (const token of [1, 2] as Token[]) decoder.push(token);
  expect(seen).toEqual([
    [8, 7, 6],
    [7, 6, 1],
  ]);
});
