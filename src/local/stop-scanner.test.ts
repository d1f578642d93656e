import { expect, test } from 'vitest';
import { StopScanner } from './stop-scanner.ts';

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
