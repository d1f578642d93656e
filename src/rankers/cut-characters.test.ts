import { expect, test } from 'vitest';
import { cutCharacters } from './cut-characters.ts';

test('characters are counted as Python counts them, and none is cut in two', () => {
  expect(cutCharacters('abcdef', 6)).toBe('abcdef');
  expect(cutCharacters('abcdefg', 6)).toBe('abcefg');
  // Six characters of two units each.
  expect(cutCharacters('😀'.repeat(6), 6)).toBe('😀'.repeat(6));
  expect(cutCharacters(`😀a${'b'.repeat(99)}c😀`, 4)).toBe('😀ac😀');
});
