import { useState } from 'react';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { FiguresTable } from './figures-table.tsx';

/** The same tables for the examples of one category. */
export function TablesByCategory({ results: { categories } }: { readonly results: EvaluationResults }) {
  const [chosen, setChosen] = useState(0);
  const category = categories[chosen];
  if (category === undefined) return null;
  return (
    <section aria-labelledby="categories-title">
      <h2 id="categories-title">By category</h2>
      <label>
        Category{' '}
        <select value={chosen} onChange={({ target }) => setChosen(Number(target.value))}>
          {categories.map(({ category: name, examples }, index) => (
            <option key={name} value={index}>
              {name} ({examples} examples)
            </option>
          ))}
        </select>
      </label>
      {category.tables.map((table) => (
        <FiguresTable key={table.id} table={table} category={category.category} />
      ))}
    </section>
  );
}
