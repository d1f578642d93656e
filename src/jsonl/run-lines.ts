import { pMapIterable, pMapSkip } from 'p-map';
import type { z } from 'zod';
import { BlenderError, DataFormatError, type ErrorCode, InvalidArgumentError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { parseLine } from './parse-line.ts';
import { readLines } from './read-lines.ts';
import type { JsonlRecord } from './records.ts';

/** What every result may carry beside its own fields. */
export interface LineResult {
  /** Reported as a part of its own, once, however many lines carry it. */
  readonly warning?: string | undefined;
}

/** What happens in a run, in the order of the lines. */
export type LinePart<RESULT extends LineResult> =
  | { readonly type: 'warning'; readonly message: string }
  | (LinePosition & { readonly type: 'line-end'; readonly id: string | number; readonly result: RESULT })
  | (LinePosition & {
      readonly type: 'line-error';
      /** Undefined where the line could not be read. */
      readonly id: string | number | undefined;
      /** Names the source and the line; what went wrong is its reason and its cause. */
      readonly error: DataFormatError;
    });

interface LinePosition {
  /** Counted from 1. */
  readonly line: number;
  /** Bytes of the source up to the end of the line. */
  readonly endOffset: number;
}

/** Options of {@link runLines}. */
export interface RunLinesOptions<RECORD extends JsonlRecord, RESULT extends LineResult> {
  readonly chunks: AsyncIterable<Uint8Array | string>;
  /** Name of the source, for messages. */
  readonly source: string;
  readonly schema: z.ZodType<RECORD>;
  /** One record to one result. Its signal aborts with the run's, and as soon as the run is left for any reason. */
  readonly work: (record: RECORD, options: { readonly abortSignal: AbortSignal }) => Promise<RESULT>;
  /** Lines in work at once. @default 2, which keeps a model busy between two lines and ends soon */
  readonly concurrency?: number;
  readonly abortSignal: AbortSignal;
}

/**
 * Does the same to every line of a JSONL stream. Results come in the order of the lines, each as soon as it and all
 * before it are there; a slow consumer slows the source down. A line that fails is a part, and the others go on.
 *
 * @throws what every line would fail with, and the reason of `abortSignal`, at once.
 */
export async function* runLines<RECORD extends JsonlRecord, RESULT extends LineResult>({
  chunks,
  source,
  schema,
  work,
  concurrency = 2,
  abortSignal,
}: RunLinesOptions<RECORD, RESULT>): AsyncGenerator<LinePart<RESULT>, void> {
  const left = new AbortController();
  const workSignal = AbortSignal.any([abortSignal, left.signal]);
  const parts = pMapIterable(
    readLines(chunks),
    async (raw): Promise<Exclude<LinePart<RESULT>, { type: 'warning' }> | typeof pMapSkip> => {
      const position = { line: raw.number, endOffset: raw.endOffset };
      let id: string | number | undefined;
      try {
        const record = parseLine(raw, { schema, source });
        if (record === undefined) return pMapSkip;
        id = record.id ?? raw.number;
        return { type: 'line-end', ...position, id, result: await work(record, { abortSignal: workSignal }) };
      } catch (cause) {
        workSignal.throwIfAborted();
        if (!isLineError(cause)) throw cause;
        const error =
          cause instanceof DataFormatError
            ? cause
            : new DataFormatError({ source, line: raw.number, reason: errorMessage(cause), cause });
        return { type: 'line-error', ...position, id, error };
      }
    },
    { concurrency },
  );
  const warnings = new Set<string>();
  try {
    for await (const part of parts) {
      abortSignal.throwIfAborted();
      const warning = part.type === 'line-end' ? part.result.warning : undefined;
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

/** Whether an error of the library concerns every line. A new code does not compile until it has a place. */
const CONCERNS_ALL = {
  // Except arguments that come from the line itself, see below.
  invalid_argument: true,
  invalid_config: true,
  model_not_found: true,
  missing_dependency: true,
  missing_key: true,
  weights_unavailable: true,
  model_load_failed: true,
  disposed: true,
  invalid_data: false,
  model_call_failed: false,
  context_exceeded: false,
  no_candidates: false,
  ranker_failed: false,
  timeout: false,
  budget_exceeded: false,
} as const satisfies Record<ErrorCode, boolean>;

/** Arguments that a line gives; all others are the same for every line. */
const ARGUMENT_OF_LINE = /^(prompt|instruction|input|a|b|candidates\b.*)$/;

/** True for an error that concerns one line only, so that the next can be tried. */
export function isLineError(error: unknown): boolean {
  if (!BlenderError.isInstance(error)) return true;
  if (error instanceof InvalidArgumentError) return ARGUMENT_OF_LINE.test(error.parameter);
  return !CONCERNS_ALL[error.code];
}
