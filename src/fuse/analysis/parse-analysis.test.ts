import { expect, test } from 'vitest';
import { parseAnalysis } from './parse-analysis.ts';

const empty = { agreement: [], contradictions: [], uniquePoints: [], blindSpots: [] };

test.each([
  ['plain', '{"agreement":["a"],"contradictions":["b","c"],"uniquePoints":[],"blindSpots":["d"]}'],
  [
    'in a block of code, with prose',
    'Sure!\n```json\n{"agreement":["a"],"contradictions":["b","c"],"blindSpots":["d"]}\n```\nDone.',
  ],
  [
    'with names of its own',
    '{"Points of agreement":"a","disagreements":["b","c"],"unique_points":null,"Missing":["d"]}',
  ],
  ['points as objects', '{"agreement":[{"point":"a"}],"conflicts":[["b"],["c"]],"blind_spots":{"1":"d"}}'],
  ['headings', '## Agreement\n- a\n\n**Contradictions:**\n1. b\n2. c\n\nUnique points: none\nBlind spots: d'],
])('%s', async (_, text) => {
  await expect(parseAnalysis(text)).resolves.toEqual({
    ...empty,
    agreement: ['a'],
    contradictions: ['b', 'c'],
    blindSpots: ['d'],
  });
});

test('a point that is said again counts once', async () => {
  const analysis = await parseAnalysis('{"agreement":["a"," a","b","a"],"contradictions":["a"]}');
  expect(analysis).toMatchObject({ agreement: ['a', 'b'], contradictions: ['a'] });
});

test('JSON that was cut off gives what is there', async () => {
  await expect(parseAnalysis('{"agreement":["a","b"],"contradictions":["c')).resolves.toMatchObject({
    agreement: ['a', 'b'],
  });
});

test('many and long points are cut to what a prompt can take', async () => {
  const points = Array.from({ length: 50 }, (_, index) => `${index} ${'very long\n'.repeat(100)}`);
  const analysis = await parseAnalysis(JSON.stringify({ agreement: points }));
  expect(analysis?.agreement).toHaveLength(6);
  expect(Math.max(...(analysis?.agreement ?? []).map(({ length }) => length))).toBeLessThanOrEqual(300);
  expect(analysis?.agreement.join('')).not.toContain('\n');
});

test.each(['', 'The drafts are all fine.', '[1,2]', '{"verdict":"A"}', '{{{', 'null'])(
  '%j is no analysis',
  async (text) => {
    await expect(parseAnalysis(text)).resolves.toBeUndefined();
  },
);
