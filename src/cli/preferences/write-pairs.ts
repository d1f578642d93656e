import type { PreferenceFormat, PreferenceSummary, RankedAnswers, UnrankedQuestion } from '../../index.ts';
import { preferenceRows } from '../../index.ts';
import { toJson } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import type { Inputs } from '../io/input.ts';
import { openSink, type Sink } from '../io/output.ts';
import type { Screen } from '../io/screen.ts';
import { type OutputFiles, outputFiles } from './output-files.ts';
import type { PreferenceFlags } from './preference-flags.ts';
import { datasetCard, provenanceOf } from './provenance.ts';
import { summaryLines } from './summary-lines.ts';

/** Formats of texts, unless messages are asked for. */
const TEXT_FORMATS: ReadonlySet<string> = new Set(['trl', 'trl-implicit', 'kto'] satisfies PreferenceFormat[]);

/** Rows that are written at once. */
const ROWS_AT_ONCE = 256;

/** Where pairs go: opened before anything is asked, so that what cannot be written is found out then. */
export interface PairOutput extends AsyncDisposable {
  /** Writes the pairs of answers, and what they come from beside them. @returns what they come to. */
  write(answers: AsyncIterable<RankedAnswers | UnrankedQuestion>, screen: Screen): Promise<PreferenceSummary>;
}

/** @throws InvalidArgumentError where the output cannot be written. */
export async function openPairOutput(
  flags: PreferenceFlags,
  options: {
    /** As they are named. */
    readonly names: readonly string[];
    readonly inputs: Pick<Inputs, 'files'>;
  },
  { stdout, env }: Pick<CliContext, 'stdout' | 'env'>,
): Promise<PairOutput> {
  const { minProbability, maxSimilarity, maxLengthRatio, testShare = 0, messages, margin, format } = flags;
  const files = await outputFiles(flags.output, testShare > 0);
  const { inputs } = options;
  const sinks = await openSinks(files, { stdout, inputs });
  const { train, test } = sinks;
  return {
    async write(answers, screen) {
      const writers = { train: new RowWriter(train, screen), test: new RowWriter(test ?? train, screen) };
      const filters = { minProbability, maxSimilarity, maxLengthRatio, testShare };
      let summary: PreferenceSummary | undefined;
      for await (const part of preferenceRows({ answers, format, messages, margin, ...filters })) {
        if (part.type === 'row') await writers[part.split].write(`${toJson(part.row)}\n`);
        else if (part.type === 'preferences-end') ({ summary } = part);
      }
      if (summary === undefined) throw new Error('preferenceRows ends with a summary');
      await writers.train.flush();
      await writers.test.flush();
      const provenance = await provenanceOf({ flags, inputs: options.names, summary }, env);
      await sinks.provenance?.write(`${JSON.stringify(provenance, null, 2)}\n`);
      await sinks.card?.write(datasetCard(provenance));
      for (const sink of Object.values(sinks)) await sink?.commit();
      return summary;
    },
    async [Symbol.asyncDispose]() {
      for (const sink of Object.values(sinks)) await sink?.[Symbol.asyncDispose]();
    },
  };
}

/** The files that are open, by what they are for. */
type Sinks = { -readonly [NAME in keyof OutputFiles]?: Sink | undefined } & { readonly train: Sink };

/** Opens all files, or none. */
async function openSinks(files: OutputFiles, options: Parameters<typeof openSink>[1]): Promise<Sinks> {
  const sinks: Sinks = { train: await openSink(files.train, options) };
  try {
    for (const name of ['test', 'provenance', 'card'] as const) {
      if (files[name] !== undefined) sinks[name] = await openSink(files[name], options);
    }
    return sinks;
  } catch (error) {
    for (const sink of Object.values(sinks)) await sink?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** Shows what was written. @returns the exit code: failed where a question failed, or there is no pair. */
export function showSummary(
  summary: PreferenceSummary,
  screen: Screen,
  { testShare = 0, format, messages = false }: PreferenceFlags,
): ExitCode {
  for (const line of summaryLines(summary, { hasTest: testShare > 0 })) screen.note(line);
  if (TEXT_FORMATS.has(format) && !messages) {
    screen.note(
      'Texts go to a model as they are, without a chat template. For a chat model, write messages: --messages.',
    );
  }
  if (summary.pairs === 0) screen.error('No question makes a pair.');
  return summary.pairs > 0 && summary.excluded.failed === undefined ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** Collects rows, since each writing takes its time. */
class RowWriter {
  readonly #sink: Sink;
  readonly #screen: Screen;
  #rows: string[] = [];

  constructor(sink: Sink, screen: Screen) {
    this.#sink = sink;
    this.#screen = screen;
  }

  async write(row: string): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length >= ROWS_AT_ONCE) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#rows.join('');
    this.#rows = [];
    if (text !== '') await this.#screen.aside(() => this.#sink.write(text));
  }
}
