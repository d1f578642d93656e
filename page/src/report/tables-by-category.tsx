import { useMemo, useState } from 'react';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { columnHead } from '../../../src/evaluate/tables/format-cell.ts';
import { counted } from '../../../src/evaluate/tables/summary-text.ts';
import type { Table } from '../../../src/evaluate/tables/table.ts';
import { FiguresTable } from './figures-table.tsx';

/** The first figure of all categories beside each other, or all tables of one. */
export function TablesByCategory({ results: { categories } }: { readonly results: EvaluationResults }) {
  const overview = useMemo(() => overviewOf(categories), [categories]);
  const [chosen, setChosen] = useState(overview === undefined ? 0 : -1);
  const category = categories[chosen];
  if (categories.length === 0) return null;
  return (
    <section aria-labelledby="categories-title">
      <h2 id="categories-title">By category</h2>
      <label>
        Category{' '}
        <select value={chosen} onChange={({ target }) => setChosen(Number(target.value))}>
          {overview !== undefined && <option value={-1}>all</option>}
          {categories.map(({ category: name, examples }, index) => (
            <option key={name} value={index}>
              {name} ({counted(examples, 'example')})
            </option>
          ))}
        </select>
      </label>
      {category === undefined
        ? overview && <FiguresTable table={overview} isPart />
        : category.tables.map((table) => (
            <FiguresTable
              key={table.id}
              table={{ ...table, id: `category-${table.id}`, title: `${table.title}, ${category.category} alone` }}
              isPart
            />
          ))}
    </section>
  );
}

/** The first figure of the first table, a column for each category; undefined where there is one alone. */
function overviewOf(categories: EvaluationResults['categories']): Table | undefined {
  const [first] = categories;
  const table = first?.tables[0];
  const figure = table?.columns[0];
  if (table === undefined || figure === undefined || categories.length < 2) return undefined;
  return {
    id: 'category-overview',
    title: `${columnHead(figure)} by category`,
    caption: '',
    columns: categories.map(({ category, examples }) => ({
      ...figure,
      key: category,
      label: category,
      about: `${figure.about} Of ${counted(examples, 'example')}.`,
    })),
    rows: table.rows.map((row) => {
      const cells = categories.flatMap(({ category, tables: [own] }) => {
        const cell = own?.rows.find(({ name, group }) => name === row.name && group === row.group)?.cells[figure.key];
        return cell === undefined ? [] : [[category, cell] as const];
      });
      const n = cells.reduce((sum, [, { prompts }]) => sum + prompts, 0);
      return { name: row.name, group: row.group, n, cells: Object.fromEntries(cells) };
    }),
  };
}
