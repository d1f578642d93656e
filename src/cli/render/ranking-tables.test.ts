import { expect, test } from 'vitest';
import { rank } from '../../index.ts';
import { FakePairRanker } from '../../test/index.ts';
import { explanationLines } from './ranking-tables.ts';

const candidates = ['a', 'cccc', 'bb', '', 'bb'];

async function explained(columns: number): Promise<string> {
  const ranker = new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });
  const result = await rank({ prompt: 'q', candidates, ranker });
  return explanationLines(result, { title: 'q1', candidates, columns }).join('\n');
}

test('shows the matrix, the strengths and what was asked', async () => {
  expect(await explained(140)).toMatchInlineSnapshot(`
    "q1
    rank  no.   score  strength  95 % interval   wins + ½ ties    vs 1    vs 2    vs 4    vs 0   vs 3  answer
       1    1    2.50      1.60  1.04 to 2.16           4 of 4            2.00    2.00    3.00  10.00  cccc
       2    2   -0.50     -0.32  -0.68 to 0.04        2.5 of 4   -2.00            0.00    1.00  10.00  bb
       2    4   -0.50     -0.32  -0.68 to 0.04        2.5 of 4   -2.00    0.00            1.00  10.00  bb
       4    0   -2.00     -1.28  -1.77 to -0.79         1 of 4   -3.00   -1.00   -1.00          10.00  a
       5    3  -12.00         -                         0 of 4  -10.00  -10.00  -10.00  -10.00
    Compared, in batches: 0-2 1-0 1-2
    All 3 pairs were compared.
    The ranker finds the best better than the second with probability 0.88.
    longer: 3 pairs, 6 calls
    0 winners of 3 pairs changed with the order shown."
  `);
});

test('leaves the matrix out where it does not fit, and never exceeds the width', async () => {
  const text = await explained(60);
  expect(text).not.toContain('vs 1');
  expect(text).toContain('All 3 pairs were compared.');
  for (const width of [20, 40, 60, 100]) {
    const lines = (await explained(width)).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
  }
});
