import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationResults } from './results/results-schema.ts';
import { toCsv } from './tables/csv.ts';
import { toJUnit } from './tables/junit.ts';
import type { CheckedLimit } from './tables/limits.ts';
import { writeHtmlReport } from './report/html-report.ts';
import { toMarkdown } from './tables/markdown.ts';

/**
 * Writes results to the folder of their run, in all forms: `report.html`, `report.md`, `junit.xml`, and a CSV file for each table in
 * `tables/`. `results.json` is there already.
 */
export async function writeReport(
  folder: string,
  results: EvaluationResults,
  limits: readonly CheckedLimit[] = [],
): Promise<void> {
  await mkdir(join(folder, 'tables'), { recursive: true });
  await writeWhole(join(folder, 'report.md'), toMarkdown(results));
  await writeWhole(join(folder, 'junit.xml'), toJUnit(results, limits));
  await writeHtmlReport(folder, results);
  for (const table of results.tables) await writeWhole(join(folder, 'tables', `${table.id}.csv`), toCsv(table));
}

async function writeWhole(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
