import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../util/random.ts';
import { MIXED, MIXED_NONE } from './__fixtures__/order-mixed.ts';
import { AMONG_OTHERS, CHAINS, JSON_ORDERS, NO_ORDER, PLACES, SENTENCES } from './__fixtures__/order-replies.ts';
import { parseOrder } from './parse-order.ts';

const TABLES = {
  chains: CHAINS,
  places: PLACES,
  sentences: SENTENCES,
  'among others': AMONG_OTHERS,
  JSON: JSON_ORDERS,
  mixed: MIXED,
  'no order': NO_ORDER,
  'mixed, no order': MIXED_NONE,
};

describe.each(Object.entries(TABLES))('%s', (_, cases) => {
  test.each(cases)('$reply', ({ reply, best, size = 3 }) => {
    expect(parseOrder(reply, size)).toEqual(best.map((number) => number - 1));
  });
});

test('never throws on random and mutated replies, and answers distinct places', () => {
  const random = createRandom(1);
  const pick = <ITEM>(items: readonly ITEM[]): ITEM => items[Math.floor(random.uniform() * items.length)] as ITEM;
  const replies = Object.values(TABLES).flatMap((cases) => cases.map(({ reply }) => reply));
  const noise = [...'123[](){}<>=,;:#|"*_-. \n\t0', ' > ', 'rank ', '<think>', '```', 'Candidate '];
  const others: unknown[] = [];
  for (let round = 0; round < 20_000; round++) {
    let text = round % 4 === 0 ? '' : pick(replies);
    for (let edit = 0; edit < 4; edit++) {
      const at = Math.floor(random.uniform() * (text.length + 1));
      const insert = round % 3 === 0 ? pick(replies) : pick(noise) + pick(noise);
      text = text.slice(0, at) + insert + text.slice(at + Math.floor(random.uniform() * 3));
    }
    const order = parseOrder(text, 3);
    if (new Set(order).size < order.length || order.some((place) => ![0, 1, 2].includes(place)))
      others.push([text, order]);
  }
  expect(others).toEqual([]);
});

test.each([
  ['chains', '[2] > [1] > '],
  ['candidates', '[2]'],
  ['places', '1. [2]\n'],
  ['scores', 'Candidate 1: 7/10\n'],
  ['brackets', '['],
  ['parentheses', '('],
  ['braces', '{'],
  ['tables', '| 1 | 2 |\n'],
  ['spaces', ' '],
  ['words', 'rank '],
  ['digits', '1'],
  ['fences', '```\n'],
])('takes time in proportion to the length: a quarter of a megabyte of %s', (_, piece) => {
  const time = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const start = performance.now();
    parseOrder(text, 3);
    return performance.now() - start;
  };
  time(32_000);
  // Eight times the length; the square of that is 64. A busy machine may be slow once, and not every time.
  let ratio = Infinity;
  for (let attempt = 0; attempt < 5 && ratio >= 32; attempt++) ratio = time(256_000) / time(32_000);
  expect(ratio).toBeLessThan(32);
});
