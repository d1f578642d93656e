import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { createAnswerText, StopScanner, TokenDecoder } from './answer-text.ts';

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

test('marks of thoughts are written although they are control tokens', () => {
  const model = { detokenize: (tokens: readonly Token[]) => detokenize(tokens.filter((token) => token < 128)) };
  const shown: string[] = [];
  const marks = new Map([
    [200 as Token, '[THINK]'],
    [201 as Token, '[/THINK]'],
  ]);
  const text = createAnswerText({ model, marks, before: [], stopSequences: [], onDelta: (delta) => shown.push(delta) });
  for (const token of [200, ...tokensOf('Hm.'), 201, 202, ...tokensOf('Yes')] as Token[]) text.push(token);
  text.end();
  expect(shown.join('')).toBe('[THINK]Hm.[/THINK]Yes');
});

/** Feeds all pieces; `|` marks where the scanner stopped. */
function scan(sequences: readonly string[], pieces: readonly string[]): string {
  const scanner = new StopScanner(sequences);
  let shown = '';
  for (const piece of pieces) {
    const { text, stopped } = scanner.push(piece);
    shown += text;
    if (stopped) return `${shown}|`;
  }
  return shown + scanner.flush();
}

test('without stop sequences everything passes at once', () => {
  expect(new StopScanner().push('abc')).toEqual({ text: 'abc', stopped: false });
  expect(new StopScanner(['']).push('abc')).toEqual({ text: 'abc', stopped: false });
});

test('the stop sequence and what follows is not shown', () => {
  expect(scan(['END'], ['one END two'])).toBe('one |');
  expect(scan(['END'], ['END'])).toBe('|');
});

test('a stop sequence split over pieces is found', () => {
  expect(scan(['\nUser:'], ['answer', '\n', 'Us', 'er', ': more'])).toBe('answer|');
  expect(scan(['aab'], ['a', 'a', 'a', 'b'])).toBe('a|');
});

test('a false beginning is shown after all', () => {
  expect(scan(['END'], ['E', 'N', 'E', 'N', '!'])).toBe('ENEN!');
  expect(scan(['END'], ['the EN'])).toBe('the EN');
  const scanner = new StopScanner(['END']);
  expect(scanner.push('the EN').text).toBe('the ');
  expect(scanner.push('GINE').text).toBe('ENGIN');
});

test('the first of several in the text wins', () => {
  expect(scan(['world', 'lo'], ['hello world'])).toBe('hel|');
});
