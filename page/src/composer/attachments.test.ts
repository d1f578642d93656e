import { expect, test } from 'vitest';
import { chooseFiles, questionContent } from './attachments.ts';

const file = (name: string, size: number, type = 'image/png') => ({ name, size, type });

test.each([
  ['all that fit', [file('a', 1000), file('b', 2000)], { taken: 'a b', wrongType: '', tooLarge: '' }],
  [
    'what is no image',
    [file('a', 10, 'image/svg+xml'), file('b', 10, '')],
    { taken: '', wrongType: 'a b', tooLarge: '' },
  ],
  ['one that is too large', [file('a', 700_000), file('b', 10)], { taken: 'b', wrongType: '', tooLarge: 'a' }],
  ['too many together', [file('a', 400_000), file('b', 400_000)], { taken: 'a', wrongType: '', tooLarge: 'b' }],
])('%s', (_, files, expected) => {
  const { taken, wrongType, tooLarge } = chooseFiles(files, { attached: [], limit: 1_000_000 });
  const names = (some: readonly { name: string }[]) => some.map(({ name }) => name).join(' ');
  expect({ taken: names(taken), wrongType: names(wrongType), tooLarge: names(tooLarge) }).toEqual(expected);
});

test('what is attached counts as well', () => {
  const attached = [{ id: '1', name: 'a', bytes: 600_000, url: '' }];
  expect(chooseFiles([file('b', 100_000)], { attached, limit: 1_000_000 }).tooLarge).toHaveLength(1);
});

test('a question without images stays text', () => {
  expect(questionContent('Why?', [])).toBe('Why?');
  expect(questionContent('Why?', [{ id: '1', name: 'a', bytes: 1, url: 'data:image/png;base64,AA==' }])).toEqual([
    { type: 'text', text: 'Why?' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
  ]);
});
