import { DataFormatError } from '../error/index.ts';
import type { RecordSource } from './read-rows.ts';
import { type Problem, readShapes, type RowMapper } from './read-shapes.ts';
import type { DataRecord, RecordCandidate, RecordForm, RecordPlace } from './record.ts';
import type { FieldMap } from './shapes/field-map.ts';

/** One record with the rows it was read from, one for each candidate where each stands in one, or why there is none. */
export type RecordItem = {
  /** Of all records and errors, from 0. */
  readonly index: number;
  readonly place: RecordPlace;
} & (
  | { readonly record: DataRecord; readonly row?: unknown; readonly rows?: readonly unknown[] | undefined }
  | { readonly error: DataFormatError }
);

/** Options of {@link readRecords}. */
export interface ReadRecordsOptions {
  /** Read one after the other. */
  readonly sources: readonly RecordSource[];
  /** @default 'candidates' */
  readonly form?: RecordForm | undefined;
  /** Fields of the sources that stand for ours. */
  readonly map?: FieldMap | undefined;
  /** Given every row before it is read, to bring it into a form that is known. An error of it is that of the row. */
  readonly mapRow?: RowMapper | undefined;
  /** Told what a person should know and what is no error. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Rows after which a file of which none could be read is given up. */
const MAX_EARLY_ERRORS = 20;

type ReadItem = { readonly place: RecordPlace } & (
  | { readonly record: DataRecord; readonly row: unknown; readonly rows?: readonly unknown[] | undefined }
  | Problem
);

/**
 * The records of files in any of the known formats and forms, in the order of the files. A row is read when it is
 * wanted, so that a file may be larger than the memory. Only rows with one answer each, as those of AlpacaEval, are
 * collected by their question and come at the end.
 *
 * A row that cannot be read is an item with an error, and the others go on. A file of a form that is not known is one
 * error: it is thrown once the first rows have all failed.
 *
 * @throws DataFormatError for a source that cannot be read as a whole, and what a source fails with.
 */
export async function* readRecords(options: ReadRecordsOptions): AsyncGenerator<RecordItem, void> {
  let index = 0;
  // What continues a file has been recognised at its beginning.
  let early: (RecordItem & Problem)[] | undefined = options.sources.some(({ after }) => after !== undefined)
    ? undefined
    : [];
  for await (const item of collectSingles(options)) {
    const { place } = item;
    if ('record' in item || item.kind === 'value') {
      yield* early ?? [];
      early = undefined;
    }
    if ('record' in item) {
      const { record, row, rows } = item;
      yield { index, place, record, row, rows };
    } else {
      const { kind, reason, help } = item;
      const { source, unit, number } = place;
      const failed = {
        index,
        place,
        kind,
        reason,
        help,
        error: new DataFormatError({ source, [unit]: number, reason }),
      };
      if (early === undefined) yield failed;
      else early.push(failed);
      if (early?.length === MAX_EARLY_ERRORS) throw ofTheWhole(early);
    }
    index += 1;
  }
  if (early === undefined) return;
  const [first, second] = early;
  // A single row that is no JSON, or no row of a table, is told with its place.
  if (second !== undefined || first?.kind === 'form') throw ofTheWhole(early);
  yield* early;
}

/** The error of a file of which nothing could be read. */
function ofTheWhole(early: readonly (RecordItem & Problem)[]): DataFormatError {
  const first = early.find(({ kind }) => kind === 'form') ?? early[0];
  if (first === undefined) throw new TypeError('there is no error to report');
  const { place, kind, reason, help } = first;
  const whole = `none of its first ${early.length} ${place.unit}s can be read; ${place.unit} ${place.number}: ${reason}`;
  return new DataFormatError({
    source: place.source,
    reason: kind === 'form' ? [reason, help].filter(Boolean).join('\n') : whole,
  });
}

/** Records with several answers as they come, then those whose answers stand in rows of their own. */
async function* collectSingles(options: ReadRecordsOptions): AsyncGenerator<ReadItem, void> {
  const { form = 'candidates', onWarning } = options;
  const groups = new Map<
    string,
    {
      place: RecordPlace;
      record: DataRecord;
      rows: unknown[];
      candidates: RecordCandidate[];
      ids: Set<string | number | undefined>;
    }
  >();
  for await (const item of readShapes(options)) {
    if (!('shape' in item)) {
      yield item;
      continue;
    }
    const { shape, place } = item;
    const { row } = shape;
    if (!shape.isSingle) {
      yield toForm(shape.record, { form, place, row });
      continue;
    }
    const { record } = shape;
    const key = JSON.stringify(record.question);
    const group = groups.get(key);
    if (group === undefined)
      groups.set(key, { place, record, rows: [row], candidates: [...record.candidates], ids: new Set([record.id]) });
    else {
      group.rows.push(row);
      group.candidates.push(...record.candidates);
      group.ids.add(record.id);
    }
  }
  const isAlone = groups.size > 0 && [...groups.values()].every(({ candidates }) => candidates.length === 1);
  if (isAlone && form === 'candidates') {
    onWarning?.(
      'Each question has one answer only, so there is nothing to compare it with. Name the files of other models as well.',
    );
  }
  for (const [index, { place, record, rows, candidates, ids }] of [...groups.values()].entries()) {
    // Ids that differ are those of the answers. No place in one of several files would name the whole group.
    const own = ids.size === 1 ? record.id : undefined;
    const id = own ?? (options.sources.length > 1 ? index + 1 : undefined);
    yield toForm({ ...record, candidates, id }, { form, place, row: rows[0], rows });
  }
}

/** The record, if it has as many candidates as asked for. */
function toForm(
  record: DataRecord,
  { form, place, row, rows }: { form: RecordForm; place: RecordPlace; row: unknown; rows?: readonly unknown[] },
): ReadItem {
  const count = record.candidates.length;
  if (form !== 'pair' || count === 2) return { place, record, row, rows };
  const reason =
    count === 1
      ? 'its question has one answer, and two are compared. Name the file of another model as well.'
      : `it has ${count} candidates, and two are compared. Use rank, or choose two, such as --map a=candidates[0] --map b=candidates[1].`;
  return { place, kind: 'form', reason };
}
