import { isObject } from '../../util/is-object.ts';

/** Names of the lists in an object around all records. */
export const WRAPPERS = [
  'data',
  'rows',
  'records',
  'items',
  'examples',
  'entries',
  'results',
  'dataset',
  'instances',
  'train',
  'test',
  'validation',
  'dev',
  'pairs',
  'comparisons',
  'questions',
];

/** A table by columns, each a list of texts or of other values, as `datasets` writes them; no record has such a form. */
export function isTableOfLists(value: unknown): boolean {
  if (!isObject(value)) return false;
  const columns = Object.values(value);
  const [first] = columns;
  const length = Array.isArray(first) ? first.length : 0;
  return (
    length > 1 &&
    columns.length > 1 &&
    columns.every((column) => Array.isArray(column) && column.length === length && !column.some(isMessage))
  );
}

function isMessage(value: unknown): boolean {
  return isObject(value) && ('role' in value || 'from' in value);
}

/** Objects within objects that are searched for the records. */
const MAX_DEPTH = 3;

/**
 * The rows that a value may hold which is a whole file, the likeliest first: those of its lists of objects, of a table by
 * columns (as pandas and `datasets` write them), of an object of records by their ids, or of any of these further in.
 */
export function expandRows(value: unknown, depth = 0): readonly (readonly unknown[])[] {
  if (!isObject(value) || depth > MAX_DEPTH) return [];
  const fields = Object.entries(value);
  const lists = fields.filter(
    (field): field is [string, readonly unknown[]] => Array.isArray(field[1]) && field[1].some(isObject),
  );
  const named = lists.filter(([name]) => WRAPPERS.includes(name));
  const objects = fields.filter((field): field is [string, Readonly<Record<string, unknown>>] => isObject(field[1]));
  return [
    ...tables(value, objects),
    ...(named.length > 0 ? [named.flatMap(([, list]) => list)] : []),
    ...lists.map(([, list]) => list),
    ...(objects.length === fields.length ? [objects.map(([id, record]) => ({ id, ...record }))] : []),
    ...objects.flatMap(([, inner]) => expandRows(inner, depth + 1)),
  ].filter(({ length }) => length > 0);
}

/** The rows of a table in one of the forms of pandas. */
function tables(
  value: Readonly<Record<string, unknown>>,
  objects: readonly (readonly [string, Readonly<Record<string, unknown>>])[],
): readonly (readonly unknown[])[] {
  const { columns, data } = value;
  const fields = Object.entries(value);
  if (isNames(columns) && Array.isArray(data)) {
    const toRow = (row: readonly unknown[]) => Object.fromEntries(columns.map((name, index) => [name, row[index]]));
    return [data.filter((row) => Array.isArray(row)).map(toRow)];
  }
  if (fields.length < 2) return [];
  if (fields.every(([, field]) => Array.isArray(field))) {
    return [transpose(fields.map(([name, field]) => [name, { ...(field as readonly unknown[]) }]))];
  }
  const isByNumber = objects.every(([, field]) => Object.keys(field).every((key) => /^\d+$/.test(key)));
  return objects.length === fields.length && isByNumber ? [transpose(objects)] : [];
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function transpose(columns: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): readonly unknown[] {
  return Object.keys(columns[0]?.[1] ?? {}).map((row) =>
    Object.fromEntries(columns.map(([name, cells]) => [name, cells[row]])),
  );
}

/** Fields with the record in them, of formats that have more around it. */
const AROUND = ['row', 'body', 'data', 'fields', 'example', 'record', 'item', 'inputs', 'input', 'vars'];

/** The row with the fields of an object in it beside its own, for each object that may hold the record. */
export function innerRows(row: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  return AROUND.flatMap((name) => {
    const inner = row[name];
    if (!isObject(inner)) return [];
    const { [name]: _, ...outer } = row;
    return [{ ...outer, ...inner }];
  });
}
