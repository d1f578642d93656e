import { createHash } from 'node:crypto';
import { errorMessage } from '../../util/error-message.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import {
  type FieldMap,
  innerRows,
  type Question,
  readRecords,
  type RecordPlace,
  type RecordSource,
  ValueProblem,
} from '../../records/index.ts';
import type { DataSet } from './data-set.ts';
import type { DataProblem, Example } from './example.ts';
import { MtBench } from './mt-bench.ts';
import { readLabels } from './read-labels.ts';
import { unpackRow } from './table-cells.ts';
import { DATA_SETS } from './sets/data-sets.ts';

/** Options of {@link readExamples}. */
export interface ReadExamplesOptions {
  readonly sources: readonly RecordSource[];
  /** Fields of the sources that stand for ours. */
  readonly map?: FieldMap | undefined;
  /** Asked before those of the package. */
  readonly dataSets?: readonly DataSet[] | undefined;
  /** Whether rows are read for their prompts, with or without answers. @default false */
  readonly promptsOnly?: boolean | undefined;
  /** A row with fewer candidates is a problem. @default 1, and none where only prompts are read */
  readonly minCandidates?: number | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** An example, or a row that could not be used; notes are about a row that is used. */
export type ExampleItem =
  | { readonly example: Example; readonly notes: readonly DataProblem[] }
  | { readonly problem: DataProblem };

/**
 * The examples of files in any of the known forms, in their order. A row that cannot be used is a problem, and the others
 * go on.
 *
 * @throws DataFormatError for a file of which nothing can be read.
 */
export async function* readExamples(options: ReadExamplesOptions): AsyncGenerator<ExampleItem, void> {
  const { sources, map, dataSets = [], promptsOnly = false, minCandidates = 1, onWarning } = options;
  const known = [...dataSets, ...DATA_SETS];
  const mtBench = new MtBench();
  const ids = new Map<string, number>();
  const toItem = (
    place: string,
    { id, ...example }: Omit<Example, 'prompt'>,
    notes: readonly string[],
  ): ExampleItem => {
    const { length } = example.candidates;
    if (!promptsOnly && length < minCandidates) {
      const reason = `it has ${length} candidate, and at least ${minCandidates} are needed.`;
      return { problem: { place, reason } };
    }
    const count = (ids.get(id) ?? 0) + 1;
    ids.set(id, count);
    return {
      example: { id: count === 1 ? id : `${id}#${count}`, prompt: promptKey(example.question), ...example },
      notes: notes.map((reason) => ({ place, reason })),
    };
  };
  const records = readRecords({
    sources,
    map,
    form: promptsOnly ? 'question' : 'candidates',
    mapRow: (given, place) => {
      if (!isObject(given)) return given;
      const row = place.unit === 'row' ? unpackRow(given) : given;
      // The viewer of the hub, among others, has the row in an object.
      for (const one of [row, ...innerRows(row)]) {
        const set = known.find((each) => each.matches === undefined || each.matches(one));
        if (set !== undefined) return toKnownRow(one, set);
      }
      return mtBench.take(row, place) ? undefined : row;
    },
    onWarning,
  });
  for await (const item of records) {
    const place = describePlace(item.place);
    if (!('record' in item)) {
      yield { problem: { place, reason: reasonOf(item.error.message, place) } };
      continue;
    }
    const { record, row, rows } = item;
    try {
      const id = String(record.id ?? fallbackId(item.place, sources.length));
      const fields = isObject(row) ? row : {};
      const notes = Array.isArray(fields['notes']) ? fields['notes'].map(String) : [];
      const labels = readLabels({ row: fields, rows, record, note: (text) => notes.push(text) });
      yield toItem(place, { id, question: record.question, ...labels }, notes);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      yield { problem: { place, reason: error.message } };
    }
  }
  for (const item of mtBench.examples({ promptsOnly })) {
    const place = describePlace(item.place);
    if ('problem' in item) yield { problem: { place, reason: item.problem } };
    else yield toItem(place, item.example, item.notes);
  }
}

/** The row as a data set reads it. */
function toKnownRow(row: UnknownObject, set: DataSet): unknown {
  try {
    const found: unknown = set.toRow(row);
    if (isObject(found) && Object.keys(found).length > 0) return found;
    const given = found instanceof Promise ? 'a promise' : (JSON.stringify(found) ?? 'nothing');
    throw new Error(`toRow gave ${given}: expected {instruction, candidates}, at once.`);
  } catch (error) {
    // What the code of a data set throws is about its row.
    throw error instanceof ValueProblem ? error : new ValueProblem(`the data set ${set.name}: ${errorMessage(error)}`);
  }
}

function describePlace({ source, unit, number }: RecordPlace): string {
  return `${source}, ${unit} ${number}`;
}

/** The message of an error begins with its place. */
function reasonOf(message: string, place: string): string {
  return message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message;
}

function fallbackId({ source, number }: RecordPlace, sources: number): string {
  return sources > 1 ? `${source.split(/[\\/]/).at(-1)}:${number}` : String(number);
}

/** Examples whose prompts are the same have the same key. */
function promptKey(question: Question): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
}
