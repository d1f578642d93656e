import { expect, test } from 'vitest';
import { changesBetween } from './changes-between.ts';

function marked(before: string, after: string): string | undefined {
  return changesBetween(before, after)
    ?.map(({ kept, removed, added }) => `${kept}${removed && `-[${removed}]`}${added && `+[${added}]`}`)
    .join('');
}

test.each([
  ['one two three', 'one two three', 'one two three'],
  ['one two three four five', 'one two 3 four five', 'one two -[three]+[3] four five'],
  // A word that stays between two changes is part of one change.
  [
    'it is red and wide and old too',
    'it is blue and tall and old too',
    'it is -[red and wide]+[blue and tall] and old too',
  ],
  ['', 'new', '+[new]'],
  ['old', '', '-[old]'],
])('%j, %j', (before, after, changes) => expect(marked(before, after)).toBe(changes));

test('both texts can be read from the changes', () => {
  const before = 'Imagine a box. You open it and find a smaller box inside.\n\nThat is where you stop.';
  const after = 'Imagine a box with a smaller box inside, and there you stop.\n\n1. Open it.';
  const changes = changesBetween(before, after) ?? [];
  expect(changes.map(({ kept, removed }) => kept + removed).join('')).toBe(before);
  expect(changes.map(({ kept, added }) => kept + added).join('')).toBe(after);
});
