import { parse } from 'csv-parse';
import { errorMessage } from '../../util/error-message.ts';
import { MAX_LINE_BYTES } from './read-lines.ts';
import type { Row } from './row.ts';

/** What may stand between two cells. */
const DELIMITERS = [',', '\t', ';', '|'] as const;

/** A cell in quotes, in which delimiters and line ends are text. */
const QUOTED = /"(?:[^"]|"")*(?:"|$)/g;

/** How a table is written. */
export interface CsvForm {
  readonly delimiter: string;
  /** Lines above the names of the columns: comments, and the `sep=;` of Excel. */
  readonly skippedLines: number;
}

/** How the table is written that begins so; undefined where its first line is no list of columns. */
export function detectCsv(
  head: string,
  { isTable }: { /** Its name says that it is one. */ isTable: boolean },
): CsvForm | undefined {
  const lines = head.split(/\r\n|\n|\r/);
  const skippedLines = lines.findIndex((line) => !/^(?:#|sep=.\s*$|\s*$)/i.test(line));
  if (skippedLines === -1) return undefined;
  const declared = /^sep=(.)\s*$/im.exec(lines.slice(0, skippedLines).join('\n'))?.[1];
  const header = lines.slice(skippedLines).join('\n').replaceAll(QUOTED, '').split('\n', 1)[0] ?? '';
  const counts = DELIMITERS.map((delimiter) => [header.split(delimiter).length - 1, delimiter] as const);
  const [count, delimiter] = counts.reduce((best, next) => (next[0] > best[0] ? next : best));
  if (declared === undefined && count === 0 && !isTable) return undefined;
  return { delimiter: declared ?? delimiter, skippedLines };
}

/** The rows of CSV and TSV as objects by the names in the first line. Rows without any text are none. */
export async function* readCsv(
  chunks: AsyncIterable<string>,
  { delimiter, skippedLines }: CsvForm,
): AsyncGenerator<Row, void> {
  let records: (readonly string[])[] = [];
  const parser = parse({
    delimiter,
    // A quote in the middle of a cell that does not begin with one is text.
    relax_quotes: true,
    // Some put a blank between a delimiter and a quote. Not with tabs, since they are blanks themselves.
    ltrim: delimiter !== '\t',
    relax_column_count: true,
    skip_records_with_empty_values: true,
    from_line: skippedLines + 1,
    max_record_size: MAX_LINE_BYTES,
    // Taken here, since the stream drops what nobody has read where it fails.
    on_record: (record: readonly string[]) => {
      records.push(record);
      return null;
    },
  });
  let columns: readonly string[] | undefined;
  let number = 0;
  const take = (): readonly Row[] => {
    const taken = records;
    records = [];
    if (columns === undefined) {
      const header = taken.shift();
      if (header !== undefined) columns = columnNames(header);
    }
    return taken.map((cells) => ({ number: ++number, ...toRow(cells, columns ?? []) }));
  };
  // Failures are given to the callbacks of the writes.
  parser.on('error', () => {});
  try {
    for await (const chunk of chunks) {
      const failure = await new Promise<Error | null | undefined>((resolve) => parser.write(chunk, resolve));
      yield* take();
      if (failure) return yield { number: number + 1, problem: explain(failure) };
    }
    const failure = await finished(parser);
    yield* take();
    if (failure) yield { number: number + 1, problem: explain(failure) };
  } finally {
    parser.destroy();
  }
}

function finished(parser: ReturnType<typeof parse>): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  parser
    .once('error', resolve)
    .once('finish', () => resolve(undefined))
    .end();
  return promise;
}

function explain(failure: Error): string {
  return failure.message.startsWith('Quote Not Closed')
    ? 'a quote is opened in it or below, and not closed before the end of the file.'
    : `not valid CSV: ${errorMessage(failure)}.`;
}

/** The cells by the names of the columns. Some programs leave out the last cells of a row where they are empty. */
function toRow(cells: readonly string[], columns: readonly string[]): { value: unknown } | { problem: string } {
  if (cells.length <= columns.length) {
    return { value: Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])) };
  }
  return {
    problem: `it has ${cells.length} cells, and there are ${columns.length} columns. Texts with a delimiter in them must be in quotes.`,
  };
}

/** The names of the columns; repeated ones are numbered. */
function columnNames(cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.trim());
  return names.map((name, index) => {
    if (name === '') return `column ${index + 1}`;
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    return `${name}_${names.slice(0, index + 1).filter((other) => other === name).length}`;
  });
}
