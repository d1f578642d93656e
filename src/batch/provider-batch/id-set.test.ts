import { expect, test } from 'vitest';
import { IdSet } from './id-set.ts';

async function* ids(count: number) {
  for (let n = 0; n < count; n += 1) yield { id: `${n}-call-body` };
}

test('has the ids that it was made of, and no others', async () => {
  const set = await IdSet.of(ids(1000), 2000);
  for (let n = 0; n < 1000; n += 1) expect(set.has(`${n}-call-body`)).toBe(true);
  for (let n = 1000; n < 2000; n += 1) expect(set.has(`${n}-call-body`)).toBe(false);
  expect((await IdSet.of(ids(0), 0)).has('')).toBe(false);
});
