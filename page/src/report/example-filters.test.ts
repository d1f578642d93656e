import { expect, test } from 'vitest';
import type { ReportEntry } from '../../../src/evaluate/report/report-data.ts';
import { choicesOf, filterExamples, NO_FILTER } from './example-filters.ts';

const ENTRIES: readonly ReportEntry[] = [
  { id: 'a', title: 'Long question', candidates: 2, best: ['one'], marks: { small: 'best', big: 'missed' } },
  { id: 'b', title: 'Short', category: 'facts', candidates: 2, best: ['two'], marks: { small: 'best', big: 'best' } },
  { id: 'c', title: 'Undecided', category: 'facts', candidates: 2, marks: { small: 'missed', big: 'missed' } },
];

test.each([
  [{}, [0, 1, 2]],
  [{ find: 'QUESTION' }, [0]],
  [{ find: 'c' }, [2]],
  [{ category: 'facts' }, [1, 2]],
  [{ category: 'none' }, []],
  [{ where: 'big\nmissed' }, [0, 2]],
  [{ where: 'big\nmissed', category: 'facts' }, [2]],
  [{ where: 'differ' }, [0]],
  [{ where: 'best\ntwo' }, [1]],
  // Where nothing says which is best, no model has missed it.
  [{ where: 'other\ntwo' }, [0]],
  [{ where: 'unheard of' }, []],
  [{ order: 'shortest' }, [1, 2, 0]],
  [{ order: 'disputed' }, [2, 0, 1]],
] as const)('%j lists %j', (filter, places) => {
  expect(filterExamples(ENTRIES, { ...NO_FILTER, ...filter })).toEqual(places);
});

test('only what is in the data can be chosen', () => {
  expect(choicesOf(ENTRIES).map(({ name }) => name)).toEqual([
    'big chose the best',
    'big missed the best',
    'small chose the best',
    'small missed the best',
    'they differ',
    'one is best',
    'one is not best',
    'two is best',
    'two is not best',
  ]);
  expect(choicesOf([{ id: 'a', title: '', candidates: 2, marks: {} }])).toEqual([]);
});
