import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { rank } from '../rank/index.ts';
import { resolveRanker } from './resolve-ranker.ts';

const FIXTURES = join(import.meta.dirname, '../rankers/cross-encoder/__fixtures__');

const resolveModel = async () => {
  throw new Error('no model is asked for');
};
const share = async () => {
  throw new Error('no other ranker is asked for');
};

test.each(['pairrm', 'bert', 'modernbert', 'modernbert-arena'])(
  'a folder of Hugging Face is loaded as what it holds: %s',
  async (kind) => {
    const folder = join(FIXTURES, kind);
    const ranker = await resolveRanker(folder, { resolveModel, share });
    expect(ranker.name).toBe(folder);
    const { ranks } = await rank({ prompt: 'Boil an egg.', candidates: ['Wait.', 'No.', 'Wait.'], ranker });
    expect(ranks[0]).toBe(ranks[2]);
    expect(ranks[0]).not.toBe(ranks[1]);
  },
);

test('of a ranker that ships, the same is known before it is loaded', async () => {
  const ranker = await resolveRanker('small', { resolveModel, share });
  const question = { prompt: 'Boil an egg.', candidates: ['Wait.', 'Wait.', ' '] };
  const [loaded, known] = await Promise.all([rank({ ...question, ranker }), rank({ ...question, ranker: 'small' })]);
  expect({ ...known, timings: undefined }).toEqual({ ...loaded, timings: undefined });
});

test('a name that is none says which there are', async () => {
  await expect(resolveRanker('nothing', { resolveModel, share })).rejects.toThrow(
    'expected small, embedded, pairrm, a folder',
  );
  await expect(resolveRanker('smal', { resolveModel, share })).rejects.toThrow(
    /cascade:RANKER\. Did you mean small\?$/,
  );
});

test('a cross-encoder with :int8 behind its folder is brought to 8 bits once', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'int8-'));
  vi.stubEnv('LLM_BLENDER_CACHE', cache);
  const name = `${join(FIXTURES, 'pairrm')}:int8`;
  const seen: string[] = [];
  const load = () => resolveRanker(name, { resolveModel, share, onProgress: ({ type }) => seen.push(type) });
  const prompt = 'Boil an egg.';
  const candidates = ['Wait.', 'No.', 'Put it in cold water.'];
  const first = await rank({ prompt, candidates, ranker: await load() });
  expect(seen).toContain('weights-quantize');
  seen.length = 0;
  const second = await rank({ prompt, candidates, ranker: await load() });
  expect(seen).toEqual([]);
  expect(second.scores).toEqual(first.scores);
  const whole = await rank({
    prompt,
    candidates,
    ranker: await resolveRanker(join(FIXTURES, 'pairrm'), { resolveModel, share }),
  });
  expect(whole.scores).not.toEqual(first.scores);
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test.each(['small:int8', 'nothing:int8'])(
  '%s is refused: only a cross-encoder can be brought to 8 bits',
  async (name) => {
    await expect(resolveRanker(name, { resolveModel, share })).rejects.toThrow(
      'expected pairrm or a folder with a cross-encoder',
    );
  },
);
