import type { BasicType, SchemaElement } from 'hyparquet-writer';

/** What the values of a column are; those of lists stand for lists of the same. */
type Kind = 'boolean' | 'integer' | 'double' | 'string' | 'json';

interface Column {
  kind: Kind | undefined;
  /** Undefined while there is no value. */
  isList: boolean | undefined;
}

const TYPES = {
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
} as const satisfies Record<Kind, { type: BasicType; converted_type?: 'UTF8' | 'JSON' }>;

type Row = Readonly<Record<string, unknown>>;

/**
 * The columns that hold given rows: one for each field, in the order in which they appear. Numbers, texts and lists of
 * them keep their type; a field with several types is text, and everything else is JSON.
 */
export class ParquetColumns {
  readonly #columns = new Map<string, Column>();

  /** Takes a row into account. */
  add(row: Row): void {
    for (const [name, value] of Object.entries(row)) {
      let column = this.#columns.get(name);
      if (column === undefined) this.#columns.set(name, (column = { kind: undefined, isList: undefined }));
      if (value === null) continue;
      const isList = Array.isArray(value) && value.every(isScalar);
      if (column.isList !== undefined && column.isList !== isList) column.kind = 'json';
      column.isList ??= isList;
      for (const one of isList ? (value as readonly unknown[]) : [value]) {
        if (one !== null) column.kind = common(column.kind, kindOf(one));
      }
    }
  }

  /** The schema of a file. */
  get schema(): SchemaElement[] {
    const columns = [...this.#columns].map(([name, column]) => elements(name, column));
    return [{ name: 'schema', num_children: columns.length }, ...columns.flat()];
  }

  /** The values of rows, by column. */
  dataOf(rows: readonly Row[]): { name: string; data: unknown[] }[] {
    return [...this.#columns].map(([name, column]) => ({
      name,
      data: rows.map((row) => valueOf(row[name], column)),
    }));
  }
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function kindOf(value: unknown): Kind {
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value as 'boolean' | 'string';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'double';
  return 'json';
}

function common(left: Kind | undefined, right: Kind): Kind {
  if (left === undefined || left === right) return right;
  if (left === 'json' || right === 'json') return 'json';
  const isNumber = (kind: Kind) => kind === 'integer' || kind === 'double';
  return isNumber(left) && isNumber(right) ? 'double' : 'string';
}

function elements(name: string, { kind = 'string', isList }: Column): SchemaElement[] {
  if (isList !== true || kind === 'json') return [{ name, repetition_type: 'OPTIONAL', ...TYPES[kind] }];
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...TYPES[kind] },
  ];
}

function valueOf(value: unknown, { kind = 'string', isList }: Column): unknown {
  if (value === undefined || value === null || kind === 'json') return value;
  return isList === true ? (value as readonly unknown[]).map((one) => scalar(one, kind)) : scalar(value, kind);
}

function scalar(value: unknown, kind: Kind): unknown {
  if (value === null) return null;
  if (kind === 'integer') return BigInt(value as number);
  return kind === 'string' ? String(value) : value;
}
