import { DataFormatError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { DataRecord, RecordItem, RecordPlace } from '../records/index.ts';
import { isRecordError } from './record-errors.ts';
import { runItems } from './run-items.ts';

/** What every result may carry beside its own fields. */
export interface RecordResult {
  /** Reported as a part of its own, once, however many records carry it. */
  readonly warning?: string | undefined;
}

/** What happens in a run, in the order of the records. */
export type RecordPart<RESULT extends RecordResult> =
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'record-end';
      readonly place: RecordPlace;
      readonly id: string | number;
      readonly record: DataRecord;
      readonly result: RESULT;
    }
  | {
      readonly type: 'record-error';
      readonly place: RecordPlace;
      /** Undefined where the record could not be read. */
      readonly id: string | number | undefined;
      /** Names the source and the place; what went wrong is its reason and its cause. */
      readonly error: DataFormatError;
    };

/** Options of {@link runRecords}. */
export interface RunRecordsOptions<RESULT extends RecordResult> {
  readonly records: AsyncIterable<RecordItem>;
  /** The id of a record that has none. @default its number in the source */
  readonly idOf?: ((place: RecordPlace) => string | number) | undefined;
  /** One record to one result. Its signal aborts with the run's, and as soon as the run is left for any reason. */
  readonly work: (
    record: DataRecord,
    options: { readonly id: string | number; readonly abortSignal: AbortSignal },
  ) => Promise<RESULT>;
  /** Records in work at once. @default 2, which keeps a model busy between two records and ends soon */
  readonly concurrency?: number;
  readonly abortSignal: AbortSignal;
}

/**
 * Does the same to every record. Results come in the order of the records, each as soon as it and all before it are
 * there; a slow consumer slows the source down. A record that fails is a part, and the others go on.
 *
 * @throws what every record would fail with, and the reason of `abortSignal`, at once.
 */
export async function* runRecords<RESULT extends RecordResult>(
  options: RunRecordsOptions<RESULT>,
): AsyncGenerator<RecordPart<RESULT>, void> {
  const { records, idOf = ({ number }) => number, work, concurrency = 2, abortSignal } = options;
  const left = new AbortController();
  const workSignal = AbortSignal.any([abortSignal, left.signal]);
  const parts = runItems({
    items: records,
    concurrency,
    order: 'input',
    work: async (item): Promise<Exclude<RecordPart<RESULT>, { type: 'warning' }>> => {
      const { place } = item;
      if ('error' in item) return { type: 'record-error', place, id: undefined, error: item.error };
      const { record } = item;
      const id = record.id ?? idOf(place);
      try {
        return { type: 'record-end', place, id, record, result: await work(record, { id, abortSignal: workSignal }) };
      } catch (cause) {
        workSignal.throwIfAborted();
        if (!isRecordError(cause)) throw cause;
        const { source, unit, number } = place;
        const error = new DataFormatError({ source, [unit]: number, reason: errorMessage(cause), cause });
        return { type: 'record-error', place, id, error };
      }
    },
  });
  const warnings = new Set<string>();
  try {
    for await (const part of parts) {
      abortSignal.throwIfAborted();
      const warning = part.type === 'record-end' ? part.result.warning : undefined;
      if (warning !== undefined && !warnings.has(warning)) {
        warnings.add(warning);
        yield { type: 'warning', message: warning };
      }
      yield part;
    }
    abortSignal.throwIfAborted();
  } catch (error) {
    // The source ends with an error of its own then; what ended it says more.
    abortSignal.throwIfAborted();
    throw error;
  } finally {
    left.abort();
  }
}
