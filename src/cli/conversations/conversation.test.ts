import { expect, test } from 'vitest';
import { fitTurns, type Turn } from './conversation.ts';

const file = { mediaType: 'image/png', filename: 'a.png', data: Buffer.alloc(3000).toString('base64') };
const turns: readonly Turn[] = [
  { text: 'one', files: [file], answer: '1' },
  { text: 'two', answer: '2'.repeat(500) },
  { text: 'three', files: [file], answer: '3' },
];

/** The texts, and how many have files. */
function fit(limit: number) {
  const { turns: kept, shortened } = fitTurns(turns, limit);
  return { texts: kept.map(({ text }) => text), files: kept.filter(({ files }) => files).length, shortened };
}

test('files go first, then whole turns, the oldest first', () => {
  expect(fit(20_000)).toEqual({ texts: ['one', 'two', 'three'], files: 2, shortened: 0 });
  expect(fit(5000)).toEqual({ texts: ['[a.png]\n\none', 'two', 'three'], files: 1, shortened: 1 });
  expect(fit(1000)).toEqual({ texts: ['[a.png]\n\none', 'two', '[a.png]\n\nthree'], files: 0, shortened: 2 });
  expect(fit(600)).toEqual({ texts: ['two', '[a.png]\n\nthree'], files: 0, shortened: 2 });
  expect(fit(200)).toEqual({ texts: ['[a.png]\n\nthree'], files: 0, shortened: 3 });
  expect(fit(10)).toEqual({ texts: [], files: 0, shortened: 3 });
});
