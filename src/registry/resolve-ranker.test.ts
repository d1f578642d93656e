import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rank } from '../rank/index.ts';
import { resolveRanker } from './resolve-ranker.ts';

const resolveModel = async () => {
  throw new Error('no model is asked for');
};
const share = async () => {
  throw new Error('no other ranker is asked for');
};

test.each(['pairrm', 'bert', 'modernbert', 'modernbert-arena'])(
  'a folder of Hugging Face is loaded as what it holds: %s',
  async (kind) => {
    const folder = join(import.meta.dirname, '../rankers/cross-encoder/__fixtures__', kind);
    const ranker = await resolveRanker(folder, { resolveModel, share });
    expect(ranker.name).toBe(folder);
    const { ranks } = await rank({ prompt: 'Boil an egg.', candidates: ['Wait.', 'No.', 'Wait.'], ranker });
    expect(ranks[0]).toBe(ranks[2]);
    expect(ranks[0]).not.toBe(ranks[1]);
  },
);

test('a name that is none says which there are', async () => {
  await expect(resolveRanker('nothing', { resolveModel, share })).rejects.toThrow('expected small, pairrm, a folder');
});
