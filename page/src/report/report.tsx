import { useMemo } from 'react';
import type { ReportData } from '../../../src/evaluate/report/report-data.ts';
import { countsText } from '../../../src/evaluate/tables/summary-text.ts';
import { CalibrationPlots } from './calibration-plots.tsx';
import { Comparisons } from './comparisons.tsx';
import { Contents } from './contents.tsx';
import { Examples, type ReadBlock } from './examples.tsx';
import { FiguresTable } from './figures-table.tsx';
import { HabitsTable } from './habits-table.tsx';
import { Problems } from './problems.tsx';
import { QualityPlots } from './quality-plots.tsx';
import { RankDistributions } from './rank-distributions.tsx';
import { RatingsTable } from './ratings-table.tsx';
import { TablesByCategory } from './tables-by-category.tsx';
import { WhatItTook } from './what-it-took.tsx';
import { WinMatrix } from './win-matrix.tsx';

const TITLES = { models: 'models', ranker: 'rankers', blend: 'blends' } as const;

/** A whole report: the figures first, then what they rest on. */
export function Report({
  data: { results, entries, blockSize },
  readBlock,
}: {
  readonly data: ReportData;
  readonly readBlock: ReadBlock;
}) {
  const { kind, data, method, notes, decidedBy, tables } = results;
  const metricNames = useMemo(
    () => Object.fromEntries(tables.flatMap(({ columns }) => columns.map(({ key, label }) => [key, label]))),
    [tables],
  );
  return (
    <>
      <header>
        <h1>Evaluation of {TITLES[kind]}</h1>
        <p>
          {countsText(results)}, from {data.sources.join(', ')}.{decidedBy !== null && ` Decided by ${decidedBy}.`}
        </p>
        {notes.map((note) => (
          <p key={note} className="note">
            {note}
          </p>
        ))}
        <Problems results={results} />
        <Contents />
      </header>
      <main>
        {tables.map((table) => (
          <FiguresTable key={table.id} table={table} />
        ))}
        <QualityPlots results={results} />
        <WhatItTook results={results} />
        <WinMatrix results={results} />
        <RatingsTable results={results} />
        <RankDistributions results={results} />
        <CalibrationPlots results={results} />
        <HabitsTable results={results} />
        <TablesByCategory results={results} />
        <Comparisons results={results} />
        <Examples entries={entries} blockSize={blockSize} metricNames={metricNames} readBlock={readBlock} />
      </main>
      <footer>
        <h2 id="method-title">Method</h2>
        <p>
          {method.intervals}. {method.tests} Lengths are in {method.lengths}.
        </p>
        {Object.entries(method.metrics).map(([name, signature]) => (
          <p key={name}>
            {name}: <code>{signature}</code>
          </p>
        ))}
        <p>
          Written by {results.generator}. SHA-256 of the data: <code>{data.sha256}</code>
        </p>
      </footer>
    </>
  );
}
