import { expect, test } from 'vitest';
import { fenced, fenceMark } from './fence.ts';

test('the same texts give the same mark, and any change another one', () => {
  const mark = fenceMark(['task', 'one', 'two']);
  expect(mark).toMatch(/^[0-9a-f]{16}$/);
  expect(fenceMark(['task', 'one', 'two'])).toBe(mark);
  expect(fenceMark(['task', 'one', 'two!'])).not.toBe(mark);
  expect(fenceMark(['task', 'onetwo'])).not.toBe(fenceMark(['task', 'one', 'two']));
});

test('who writes the mark of the other texts into his own gets another mark', () => {
  const guess = fenceMark(['task', 'attack']);
  const attack = fenced(guess, 'draft-1', 'attack');
  const mark = fenceMark(['task', attack]);
  expect(attack).not.toContain(mark);
});

test('a fence is two lines around the text', () => {
  expect(fenced('abc', 'draft-1', 'text', 'rank 1')).toBe('<draft-1 abc rank 1>\ntext\n</draft-1 abc>');
  expect(fenced('abc', 'draft-1', 'text')).toBe('<draft-1 abc>\ntext\n</draft-1 abc>');
});
