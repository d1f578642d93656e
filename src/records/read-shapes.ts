import { basename } from 'node:path';
import type { PlacedRow, RecordSource } from './read-rows.ts';
import type { RecordForm, RecordPlace } from './record.ts';
import { expandRows, isTableOfLists } from './shapes/expand-rows.ts';
import type { FieldMap } from './shapes/field-map.ts';
import { UnknownShape, ValueProblem } from './shapes/problems.ts';
import { readShape, type Shape } from './shapes/read-shape.ts';

/** Why there is no record. */
export interface Problem {
  /** What is wrong: the text of the row, its form, or a value in it. */
  readonly kind: 'text' | 'form' | 'value';
  readonly reason: string;
  /** What to do where no row can be read. */
  readonly help?: string | undefined;
}

/** A row in another form, or undefined for a row that is not meant to be read. */
export type RowMapper = (row: unknown, place: RecordPlace) => unknown;

type ShapeItem = { readonly place: RecordPlace; readonly shape: Shape } | ({ readonly place: RecordPlace } & Problem);

/** What the rows of the sources hold, one after the other. */
export async function* readShapes({
  sources,
  form,
  map = new Map(),
  mapRow = (row) => row,
  onWarning = () => {},
}: {
  sources: readonly RecordSource[];
  form?: RecordForm | undefined;
  map?: FieldMap | undefined;
  mapRow?: RowMapper | undefined;
  onWarning?: ((message: string) => void) | undefined;
}): AsyncGenerator<ShapeItem, void> {
  // The parsers are loaded only where a file is read.
  const { readRows } = await import('./read-rows.ts');
  let offset = 0;
  for (const source of sources) {
    // Answers without the name of a model are those of the file.
    const fallback = sources.length > 1 ? basename(source.name).split('.', 1)[0] : undefined;
    let end = offset;
    for await (const row of readRows(source, { offset, onWarning })) {
      end = row.place.endOffset;
      for (const item of shapesOf(row, { map, form, mapRow })) {
        yield 'shape' in item && item.shape.isSingle ? { ...item, shape: withModel(item.shape, fallback) } : item;
      }
    }
    offset = end;
  }
}

function withModel({ record, ...shape }: Shape, fallback: string | undefined): Shape {
  return {
    ...shape,
    record: {
      ...record,
      candidates: record.candidates.map((candidate) => ({ ...candidate, model: candidate.model ?? fallback })),
    },
  };
}

/** How rows are read. */
interface Reading {
  readonly map: FieldMap;
  readonly form: RecordForm | undefined;
  readonly mapRow: RowMapper;
}

/** The record of a row, or the records in it where it is a whole file. */
function* shapesOf(row: PlacedRow, reading: Reading): Generator<ShapeItem, void> {
  const { place } = row;
  if ('problem' in row) {
    yield { place, kind: 'text', reason: row.problem };
    return;
  }
  const item = shapeOf(row.value, place, reading);
  const whole = (item !== undefined && 'kind' in item) || isTableOfLists(row.value) ? expandRows(row.value) : [];
  for (const values of whole) {
    const items = values.map((value, index) => shapeOf(value, { ...place, unit: 'item', number: index + 1 }, reading));
    const read = items.filter((one) => one !== undefined);
    if (read.length < items.length || read.some((one) => 'shape' in one)) return yield* read;
  }
  if (item !== undefined) yield item;
}

/** Undefined for a row that is not meant to be read. */
function shapeOf(value: unknown, place: RecordPlace, { map, form, mapRow }: Reading): ShapeItem | undefined {
  try {
    const row = mapRow(value, place);
    if (row === undefined) return undefined;
    return { place, shape: readShape(row, map, form) };
  } catch (error) {
    if (error instanceof UnknownShape) return { place, kind: 'form', reason: error.message, help: error.help };
    if (error instanceof ValueProblem) return { place, kind: 'value', reason: error.message };
    throw error;
  }
}
