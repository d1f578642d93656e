import { DataFormatError } from '../error/index.ts';
import { isObject } from '../util/is-object.ts';
import { type RecordItem, readRecords, type ReadRecordsOptions } from './read-records.ts';
import type { RecordSource } from './read-rows.ts';
import type { DataRecord, RecordCandidate, RecordPlace } from './record.ts';
import { modelOf, textOf } from './shapes/texts.ts';

/** A line of `rank`, `batch rank`, `batch best-of-n` or `batch ask`. */
interface RankingLine {
  readonly id: string | number;
  /** Answers that the line itself has; undefined where they are those of the record. */
  readonly candidates: readonly RecordCandidate[] | undefined;
  readonly ranks: readonly number[];
  readonly scores: readonly number[] | undefined;
}

/** Options of {@link joinRankings}. */
export interface JoinRankingsOptions extends Pick<ReadRecordsOptions, 'map' | 'onWarning'> {
  /** The lines that a ranking has written. */
  readonly rankings: readonly RecordSource[];
  /** The files that were ranked, in the same order. */
  readonly sources: readonly RecordSource[];
}

/**
 * The records of a file with the ranks and scores that a ranking has found, by their ids. The lines are in the order of
 * the file, or nearly: what lies between is kept in memory.
 */
export async function* joinRankings(options: JoinRankingsOptions): AsyncGenerator<RecordItem, void> {
  const { rankings, sources, map, onWarning = () => {} } = options;
  const name = sources.map((source) => source.name).join(', ');
  // The parsers are loaded only where a file is read.
  const { readRows } = await import('./read-rows.ts');
  let records: RecordsById | undefined;
  let index = 0;
  let offset = 0;
  for (const file of rankings) {
    let end = offset;
    for await (const row of readRows(file, { offset, onWarning })) {
      const { place } = row;
      end = place.endOffset;
      const fail = (reason: string): RecordItem => ({
        index: index++,
        place,
        error: new DataFormatError({ source: place.source, [place.unit]: place.number, reason }),
      });
      const line = 'problem' in row ? row.problem : readLine(row.value, place);
      if (typeof line === 'string') {
        yield fail(line);
        continue;
      }
      const form = line.candidates === undefined ? 'candidates' : 'question';
      records ??= new RecordsById(readRecords({ sources, form, map, onWarning }), { hasSeveral: sources.length > 1 });
      const record = await records.take(line.id);
      const candidates = line.candidates ?? record?.candidates;
      if (record === undefined) {
        yield fail(`${name} has no record with the id ${JSON.stringify(line.id)}. Name the file that was ranked.`);
      } else if (candidates?.length !== line.ranks.length) {
        yield fail(
          `it ranks ${line.ranks.length} answers, and the record ${JSON.stringify(line.id)} of ${name} has ${candidates?.length ?? 0}. Name the file that was ranked.`,
        );
      } else {
        yield { index: index++, place, record: { ...record, id: line.id, candidates: withRanks(candidates, line) } };
      }
    }
    offset = end;
  }
}

function withRanks(candidates: readonly RecordCandidate[], { ranks, scores }: RankingLine): readonly RecordCandidate[] {
  return candidates.map((candidate, place) => ({ ...candidate, rank: ranks[place], score: scores?.[place] }));
}

/** @returns a sentence where it is none. */
function readLine(row: unknown, place: RecordPlace): RankingLine | string {
  if (!isObject(row)) return 'it is no JSON object.';
  const { id: given, error, ranks, scores, candidates: list } = row;
  const id = typeof given === 'string' || typeof given === 'number' ? given : place.number;
  if (isObject(error)) return `it was not ranked: ${String(error['message'] ?? error['code'])}`;
  const candidates = Array.isArray(list) ? list.map(candidateOf) : undefined;
  if (candidates?.some((candidate) => candidate === undefined) === true) return 'one of its candidates has no text.';
  const own = candidates?.filter((candidate) => candidate !== undefined);
  const places = numbersOf(ranks) ?? numbersOf(own?.map(({ rank }) => rank));
  if (places === undefined) return 'it has no ranks, as the lines of rank have: {id, ranks, scores}.';
  return { id, candidates: own, ranks: places, scores: numbersOf(scores) ?? numbersOf(own?.map(({ score }) => score)) };
}

function candidateOf(value: unknown): RecordCandidate | undefined {
  const text = textOf(value);
  if (text === undefined || !isObject(value)) return text === undefined ? undefined : { text };
  const { rank, score } = value;
  return {
    text,
    model: modelOf(value),
    rank: typeof rank === 'number' ? rank : undefined,
    score: typeof score === 'number' ? score : undefined,
  };
}

function numbersOf(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')
    ? value
    : undefined;
}

/** Records by their ids, read as far as it takes to find one. */
class RecordsById {
  readonly #items: AsyncGenerator<RecordItem, void>;
  readonly #hasSeveral: boolean;
  readonly #waiting = new Map<string, DataRecord>();

  constructor(items: AsyncGenerator<RecordItem, void>, { hasSeveral }: { hasSeveral: boolean }) {
    this.#items = items;
    this.#hasSeveral = hasSeveral;
  }

  /** The record of an id, once. */
  async take(wanted: string | number): Promise<DataRecord | undefined> {
    // With several files, a record without an id is called after its file: by rank with, by a job without its folder.
    const key = this.#hasSeveral ? withoutFolder(String(wanted)) : String(wanted);
    for (;;) {
      const record = this.#waiting.get(key);
      if (record !== undefined) {
        this.#waiting.delete(key);
        return record;
      }
      const { done, value } = await this.#items.next();
      if (done === true) return undefined;
      if ('record' in value) this.#waiting.set(this.#keyOf(value), value.record);
    }
  }

  #keyOf({ place, record }: Extract<RecordItem, { readonly record: DataRecord }>): string {
    const { source, number } = place;
    if (!this.#hasSeveral) return String(record.id ?? number);
    return withoutFolder(record.id === undefined ? `${source}:${number}` : String(record.id));
  }
}

/** An id that a record got from its place, with the bare name of the file; any other as it is. */
function withoutFolder(id: string): string {
  return /:\d+$/.test(id) ? id.slice(id.lastIndexOf('/') + 1) : id;
}
