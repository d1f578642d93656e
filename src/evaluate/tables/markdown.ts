import type { EvaluationResults } from '../results/results-schema.ts';
import { betterText, columnHead, formatCell, formatValue } from './format-cell.ts';
import { bestText, counted, countsText } from './summary-text.ts';
import type { Column, Table } from './table.ts';

/** A run as Markdown: what was read, all tables in the form of the paper's, the comparisons, and how it was made. */
export function toMarkdown(results: EvaluationResults): string {
  const { kind, data, tables, categories, method, notes, decidedBy, systems, comparisons } = results;
  return `${[
    `# Evaluation of ${TITLES[kind]}`,
    `${countsText(results)}, from ${data.sources.map(code).join(', ')}.${decidedBy === null ? '' : ` Decided by ${decidedBy}.`}`,
    ...notes.map((note) => `**Note:** ${note}`),
    ...tables.map((table) => tableText(table, '##')),
    ...(comparisons.length === 0 ? [] : [comparisonText(results)]),
    ...categories.flatMap(({ category, examples, tables: own }) => [
      `## Category ${code(category)}, ${counted(examples, 'example')}`,
      ...own.map((table) => tableText({ ...table, caption: '' }, '###')),
    ]),
    ...(systems.length === 0 ? [] : [systemText(systems)]),
    meaningText(tables),
    `## Method\n\n${method.intervals}. ${method.tests} Lengths are in ${method.lengths}. **Bold** is the best of a column, and \\* is tied with it.`,
    ...(Object.keys(method.metrics).length === 0
      ? []
      : [
          `Metrics: ${Object.entries(method.metrics)
            .map(([name, signature]) => `${name} ${code(signature)}`)
            .join('; ')}.`,
        ]),
  ].join('\n\n')}\n`;
}

const TITLES = { models: 'models', ranker: 'rankers', blend: 'blends' } as const;

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Names come from data, so nothing in them may mean something. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;
}

function cellText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[|\\`*_<>[\]]/g, (sign) => `\\${sign}`);
}

function tableText({ title, caption, columns, rows }: Table, heading: string): string {
  const shown = columns.filter(({ key }) => rows.some(({ cells }) => cells[key] !== undefined));
  const lines = rows.map(({ name, group, n, cells }) => [
    cellText(group),
    cellText(name),
    count(n),
    ...shown.map((column) => {
      const cell = cells[column.key];
      const text = formatCell(cell, column);
      return cell?.standing === 'best' ? `**${text}**` : cell?.standing === 'tied' ? `${text} \\*` : text;
    }),
  ]);
  const best = bestText({ columns, rows });
  const notes = rows.flatMap(({ name, note }) => (note === undefined ? [] : [`${cellText(name)}: ${note}.`]));
  return [
    `${heading} ${title}`,
    ...(caption === '' ? [] : [caption]),
    ...(best === undefined ? [] : [cellText(`${best.best} ${best.others}`)]),
    gridText(['group', 'method', 'n', ...shown.map((column) => cellText(columnHead(column)))], lines),
    ...(notes.length === 0 ? [] : [notes.join(' ')]),
  ].join('\n\n');
}

/** What the columns mean, each once. */
function meaningText(tables: readonly Table[]): string {
  const columns = new Map<string, Column>();
  for (const table of tables) {
    for (const column of table.columns) {
      if (table.rows.some(({ cells }) => cells[column.key] !== undefined)) columns.set(column.label, column);
    }
  }
  const lines = [...columns.values()].map(
    ({ label, about, better }) => `- **${cellText(label)}**: ${cellText(about)}${betterText(better)}`,
  );
  return `## Columns\n\n${lines.join('\n')}`;
}

function gridText(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(heads), `|${heads.map((_, index) => (index < 2 ? '---' : '--:')).join('|')}|`, ...lines.map(row)].join(
    '\n',
  );
}

function comparisonText({ comparisons, tables }: EvaluationResults): string {
  const lines = comparisons.map(
    ({ table, column, left, right, difference, adjustedPValue, leftHigher, rightHigher }) => {
      const form = tables.find(({ id }) => id === table)?.columns.find(({ key }) => key === column);
      const cell = { ...difference, standing: null };
      return [
        cellText(form?.label ?? column),
        cellText(left),
        cellText(right),
        form === undefined ? String(difference.value) : formatCell(cell, form),
        formatP(adjustedPValue),
        `${count(leftHigher)} / ${count(rightHigher)}`,
      ];
    },
  );
  return `## Paired comparisons\n\n${gridText(['figure', 'left', 'right', 'left − right', 'p (Holm)', 'prompts higher / lower'], lines)}`;
}

/** A p-value as it is written. */
export function formatP(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

function systemText(systems: EvaluationResults['systems']): string {
  const lines = systems.map(({ kind, name, done, failed, spent }) => [
    kind,
    cellText(name),
    count(done),
    count(failed),
    count(spent.rankerPasses),
    count(spent.modelCalls),
    spent.cost === null ? 'not known' : formatValue(spent.cost, { form: 'dollars' }),
  ]);
  return `## What it took\n\n${gridText(['kind', 'name', 'done', 'failed', 'ranker passes', 'model calls', 'cost'], lines)}`;
}
