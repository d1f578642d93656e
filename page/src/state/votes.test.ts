import { expect, test } from 'vitest';
import { type Vote, votePairs } from './votes.ts';

const vote = (choice: string): Vote => ({
  question: 'Why?',
  answers: ['a', 'b', 'a', 'c'].map((text, index) => ({ id: String(index + 1), model: `lab/${index}`, text })),
  choice,
});

test('the chosen answer is better than each other text, now first and now second', () => {
  expect(votePairs(vote('2'))).toEqual([
    { instruction: 'Why?', a: 'b', b: 'a', label: 1 },
    { instruction: 'Why?', a: 'b', b: 'a', label: 1 },
    { instruction: 'Why?', a: 'c', b: 'b', label: 0 },
  ]);
});

test('the same text is no pair', () => {
  expect(votePairs(vote('1'))).toEqual([
    { instruction: 'Why?', a: 'b', b: 'a', label: 0 },
    { instruction: 'Why?', a: 'c', b: 'a', label: 0 },
  ]);
});

test('all the same is a tie of each pair, and all bad says nothing', () => {
  expect(votePairs(vote('tie')).map(({ a, b, label }) => `${a}${b}${label}`)).toEqual([
    'ab0.5',
    'ac0.5',
    'ba0.5',
    'bc0.5',
    'ac0.5',
  ]);
  expect(votePairs(vote('bad'))).toEqual([]);
});
