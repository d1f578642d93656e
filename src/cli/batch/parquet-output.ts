import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { JobResult } from '../../batch/index.ts';
import { importOptional } from '../../util/import-optional.ts';
import type { Sink } from '../io/output.ts';
import { ParquetColumns } from './parquet-columns.ts';

type Library = typeof import('hyparquet-writer');

/** Rows in one group of a file: what is in memory at once. */
const GROUP_ROWS = 1000;

/** @throws MissingDependencyError without hyparquet-writer. */
export function loadParquetWriter(): Promise<Library> {
  return importOptional(() => import('hyparquet-writer'), {
    dependency: 'hyparquet-writer',
    feature: 'Writing Parquet files',
    command: 'npm install hyparquet hyparquet-writer',
  });
}

/** The columns of results. They depend on all of them, so these are read once more for it. */
export async function findColumns(results: AsyncIterable<JobResult>): Promise<ParquetColumns> {
  const columns = new ParquetColumns();
  for await (const { json } of results) columns.add(rowOf(json));
  return columns;
}

function rowOf(json: string): Readonly<Record<string, unknown>> {
  return JSON.parse(json) as Readonly<Record<string, unknown>>;
}

/** One Parquet file on its way to its place, a group of rows at a time. */
export class ParquetOutput {
  readonly #sink: Sink;
  readonly #columns: ParquetColumns;
  readonly #bytes: ByteWriter;
  readonly #writer: ParquetWriter;
  #rows: Readonly<Record<string, unknown>>[] = [];

  constructor(library: Library, { sink, columns }: { sink: Sink; columns: ParquetColumns }) {
    this.#sink = sink;
    this.#columns = columns;
    this.#bytes = new library.ByteWriter();
    this.#writer = new library.ParquetWriter({
      writer: this.#bytes,
      schema: columns.schema,
      createdBy: 'llm-blender',
    });
  }

  /** Takes a result as the text of its JSON. */
  async write(json: string): Promise<void> {
    this.#rows.push(rowOf(json));
    if (this.#rows.length >= GROUP_ROWS) await this.#writeGroup();
  }

  async #writeGroup(): Promise<void> {
    if (this.#rows.length === 0) return;
    const columnData = this.#columns.dataOf(this.#rows);
    this.#rows = [];
    await this.#writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#sink.write(Buffer.from(this.#bytes.getBuffer()));
    // Offsets count on.
    this.#bytes.index = 0;
  }

  /** Puts the file in its place. */
  async commit(): Promise<void> {
    await this.#writeGroup();
    await this.#writer.finish();
    await this.#flush();
    await this.#sink.commit();
  }
}
