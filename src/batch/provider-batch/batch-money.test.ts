import { expect, test } from 'vitest';
import type { PlannedCost } from '../../spec/call-budget.ts';
import type { BatchRecord } from './batch-log.ts';
import { BatchMoney } from './batch-money.ts';

/** Two records of a batch that was divided in an earlier run, and one of another. */
const RECORDS: readonly BatchRecord[] = [
  record({ number: 1, root: 1, state: 'over', isDivided: true, cost: 3 }),
  record({ number: 2, root: 1, cost: 1 }),
  record({ number: 3, root: 1, cost: 2 }),
  record({ number: 4, root: 4, cost: 5 }),
];

function record(of: Partial<BatchRecord>): BatchRecord {
  return {
    number: 1,
    root: 1,
    model: 'openai/a',
    modelId: 'a',
    beta: '',
    requests: 10,
    bytes: 10,
    tokens: 10,
    cost: 1,
    segments: [0],
    tries: 0,
    refusals: 0,
    state: 'waiting',
    ended: 0,
    rejected: [],
    isCancelled: false,
    isGuess: false,
    isLost: false,
    isDivided: false,
    ...of,
  };
}

test('the parts of a batch that was divided in an earlier run get their money together', async () => {
  const planned: PlannedCost[] = [];
  const money = new BatchMoney({
    budget: {
      reserve: async (call) => {
        planned.push(call);
        return { cost: call.cost ?? 0, release: () => {}, settle: () => {} };
      },
    },
    abortSignal: new AbortController().signal,
    onSettled: async () => {},
  });
  await money.load(RECORDS, new Map());
  for (const one of RECORDS.slice(1)) expect(await money.reserve(one)).toBe(1);
  expect(planned.map(({ cost, minCost }) => [cost, minCost])).toEqual([
    [3, 0.1],
    [5, 0.5],
  ]);
});
