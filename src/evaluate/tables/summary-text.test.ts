import { expect, test } from 'vitest';
import { bestText } from './summary-text.ts';
import type { Cell, Column, TableRow } from './table.ts';

const SHARE: Column = { key: 'accuracy', label: 'Accuracy', about: '', better: 'higher', form: 'share' };
const RANK: Column = { key: 'accuracy', label: 'Rank', about: '', better: 'lower', form: 'number' };

function row(name: string, value: number, standing: Cell['standing'] = null) {
  return { name, group: 'ranker', n: 9, cells: { accuracy: { value, low: 0, high: 1, prompts: 9, standing } } };
}

const text = (column: Column, rows: readonly TableRow[]) => {
  const found = bestText({ columns: [column], rows });
  return found && `${found.best} ${found.others}`;
};

test('the best row is named with those that a test does not tell from it, the better ones first', () => {
  const rows = [row('c', 0.5, 'tied'), row('a', 0.7, 'best'), row('b', 0.6, 'tied'), row('oracle', 1)];
  expect(text(SHARE, rows)).toBe('Best by Accuracy %: a, 70.0 [0.0, 100.0]. A paired test does not tell it from b, c.');
  const foreign = { ...row('longest', 0.65, 'tied'), group: 'baseline' };
  expect(text(SHARE, [foreign, ...rows])).toMatch(/ from b, c, longest\.$/);
  expect(text(RANK, [row('c', 3, 'tied'), row('b', 2, 'tied'), row('a', 1, 'best')])).toMatch(
    /^Best by Rank: a, 1\.00 \[0\.00, 1\.00\]\. .* from b, c\.$/,
  );
});

test('many ties are counted, and one with chance is said', () => {
  const tied = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'random'].map((name, index) => row(name, 0.5 - index / 100, 'tied'));
  expect(text(SHARE, [row('a', 0.7, 'best'), ...tied])).toMatch(
    /from b, c, d, e, f, g and 2 more\. Random is among them: these data do not decide\.$/,
  );
});

test('where nothing was tested nothing is said, and a best row alone is told from the others', () => {
  expect(text(SHARE, [row('a', 0.7)])).toBeUndefined();
  expect(text(SHARE, [row('a', 0.7, 'best'), row('b', 0.1)])).toMatch(/every other row/);
});
