import { isObject } from './texts.ts';

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

/**
 * The rows in a value that is a whole file: those of its only list of objects, of a table by columns (as pandas and
 * `datasets` write them), or of an object of records by their ids.
 *
 * @returns undefined where it is none of these.
 */
export function expandRows(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const fields = Object.entries(value);
  const { columns, data } = value;
  if (isNames(columns) && Array.isArray(data)) {
    return data.map((row) =>
      Array.isArray(row) ? Object.fromEntries(columns.map((name, index) => [name, row[index]])) : row,
    );
  }
  const lists = fields.filter(([, field]) => Array.isArray(field) && field.some(isObject));
  const named = lists.filter(([name]) => WRAPPERS.includes(name));
  const chosen = named.length > 0 ? named : lists.length === 1 ? lists : [];
  if (chosen.length > 0) return chosen.flatMap(([, list]) => list as readonly unknown[]);
  if (fields.length > 1 && fields.every(([, field]) => Array.isArray(field))) {
    return transpose(fields.map(([name, field]) => [name, { ...(field as readonly unknown[]) }]));
  }
  if (fields.length > 0 && fields.every(([, field]) => isObject(field))) {
    const objects = fields as [string, Readonly<Record<string, unknown>>][];
    const isTable =
      objects.length > 1 && objects.every(([, field]) => Object.keys(field).every((key) => /^\d+$/.test(key)));
    return isTable ? transpose(objects) : objects.map(([id, record]) => ({ id, ...record }));
  }
  return undefined;
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
