import type { PreferenceFormat, PreferenceSummary, RankedAnswers, UnrankedQuestion } from '../../index.ts';
import { preferenceRows } from '../../index.ts';
import { toJson } from '../../records/index.ts';
import { LineOutput } from '../batch/line-output.ts';
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

/** Where pairs go: opened before anything is asked, so that what cannot be written is found out then. */
export interface PairOutput extends AsyncDisposable {
  /** Writes the pairs of answers, and what they come from beside them. @returns what they come to. */
  write(
    answers: AsyncIterable<RankedAnswers | UnrankedQuestion>,
    screen: Pick<Screen, 'aside'>,
  ): Promise<PreferenceSummary>;
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
      const linesTo = (sink: Sink, path: string | undefined) =>
        new LineOutput({ ...sink, write: (data) => screen.aside(() => sink.write(data)) }, path);
      const trainLines = linesTo(train, files.train);
      const lines = { train: trainLines, test: test === undefined ? trainLines : linesTo(test, files.test) };
      const filters = { minProbability, maxSimilarity, maxLengthRatio, testShare };
      let summary: PreferenceSummary | undefined;
      for await (const part of preferenceRows({ answers, format, messages, margin, ...filters })) {
        if (part.type === 'row') await lines[part.split].write(toJson(part.row));
        else if (part.type === 'preferences-end') ({ summary } = part);
      }
      if (summary === undefined) throw new Error('preferenceRows ends with a summary');
      const provenance = await provenanceOf({ flags, inputs: options.names, summary }, env);
      await sinks.provenance?.write(`${JSON.stringify(provenance, null, 2)}\n`);
      await sinks.card?.write(datasetCard(provenance));
      for (const output of new Set([lines.train, lines.test, sinks.provenance, sinks.card])) await output?.commit();
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
  screen: Pick<Screen, 'note' | 'error'>,
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
