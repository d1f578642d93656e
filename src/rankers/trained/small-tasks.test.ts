import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { loadTrainedRanker } from './trained-ranker.ts';

const ranker = await loadTrainedRanker({ folder: fileURLToPath(new URL('../../../models/small', import.meta.url)) });
afterAll(() => ranker[Symbol.asyncDispose]());

/** What is asked for, against something prettier or longer; none of these is in `training/ranker/tasks.py`. */
const TASKS: readonly (readonly [instruction: string, asked: string, other: string])[] = [
  ['Say only the word blue.', 'blue', 'Certainly! The word you asked for is **blue**. It is a beautiful colour.'],
  [
    'List two prime numbers, nothing else.',
    '2, 3',
    'Prime numbers have no divisors but 1 and themselves. Two are 2 and 3.',
  ],
  [
    'Write a haiku about autumn rain.',
    'Autumn rain whispers\nleaves drift along the gutter\nthe old pond listens',
    'Autumn rain is rain that falls during the autumn season. It is often cold and can last for many hours.',
  ],
  [
    'I love you!',
    "Thank you, that's so sweet of you to say!",
    'Love is a complex set of emotions and behaviours associated with strong feelings of affection and respect.',
  ],
  [
    'I had a terrible day.',
    "I'm sorry to hear that. What happened?",
    'A day is a period of 24 hours. Days can be good or terrible.',
  ],
  ['Translate "good morning" to German.', 'Guten Morgen', 'Good morning is a greeting that is used until noon.'],
  [
    'Name the largest planet in one word.',
    'Jupiter',
    'The largest planet in our solar system is Jupiter, a gas giant with more than twice the mass of all others.',
  ],
];

test.each(TASKS)('%s', async (instruction, asked, other) => {
  const { judgements } = await ranker.doCompare({
    pairs: [{ task: { instruction, input: '' }, left: asked, right: other }],
  });
  expect(judgements[0]?.logit).toBeGreaterThan(0);
});
