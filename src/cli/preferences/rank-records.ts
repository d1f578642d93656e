import { runRecords } from '../../batch/run-records.ts';
import type { RankedAnswers, UnrankedQuestion } from '../../index.ts';
import { joinRankings, modelNames, parseFieldMap, readRecords } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { openInputs } from '../io/input.ts';
import { openScreen } from '../io/screen.ts';
import { LineProgress } from '../lines/line-progress.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { showRecordError } from '../lines/show-record-error.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import type { PreferenceFlags } from './preference-flags.ts';
import { PREFERENCES } from './preference-flags.ts';
import { rankedRecord, toAnswers } from './ranked-record.ts';
import { openPairOutput, showSummary } from './write-pairs.ts';

/** Ranks the answers of all records, and writes the pairs as they come. */
export async function rankRecords(
  flags: PreferenceFlags,
  files: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const { stdout, stderr, colors, abortSignal } = context;
  using inputs = await openInputs(files, flags.input, context);
  using source = flags.source === undefined ? undefined : await openInputs(flags.source, undefined, context);
  const names = [...inputs.sources, ...(source?.sources ?? [])].map(({ name }) => name);
  const read = { files: [...inputs.files, ...(source?.files ?? [])] };
  await using output = await openPairOutput(flags, { names, inputs: read }, context);
  const progress = new LineProgress({ command: PREFERENCES, totalBytes: inputs.totalBytes, now: performance.now() });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live && (flags.output !== undefined || !stdout.isPiped),
    draw: ({ columns }) => [...tracker.lines(columns), progress.draw(columns, performance.now())],
  });
  const warn = (message: string) => screen.note(`Warning: ${oneLine(message)}`, colors.yellow);
  const noteProgress = () => {
    if (!screen.live) screen.note(progress.plainLine(performance.now()));
  };
  const map = parseFieldMap(flags.map ?? []);
  const form = flags.model === undefined ? 'candidates' : 'question';
  const records =
    source === undefined
      ? readRecords({ sources: inputs.sources, form, map, onWarning: warn })
      : joinRankings({ rankings: inputs.sources, sources: source.sources, map, onWarning: warn });
  const errors = new RepeatedNotes();
  const work = rankedRecord(flags);
  const onComparison = () => {
    progress.comparisons += 1;
    noteProgress();
  };

  const summary = await withBlender(context, { flags, screen, tracker }, (blender) => {
    const parts = runRecords({
      records,
      idOf: ({ source: name, number }) => (inputs.sources.length > 1 ? `${name}:${number}` : number),
      abortSignal,
      ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
      work: (record, { id, abortSignal: signal }) =>
        work({
          record,
          id,
          models: modelNames(record),
          blender,
          abortSignal: signal,
          onComparison,
          shown: undefined,
          spent: (usage) => usage,
        }),
    });
    async function* answers(): AsyncGenerator<RankedAnswers | UnrankedQuestion, void> {
      for await (const part of parts) {
        if (part.type === 'warning') {
          warn(part.message);
          continue;
        }
        progress.lineEnded({ endOffset: part.place.endOffset, failed: part.type === 'record-error' });
        if (part.type === 'record-error') {
          showRecordError(part.error, part.place, { errors, screen, colors });
          yield { id: part.id, exclusion: 'failed' };
        } else yield toAnswers({ id: part.id, ...part.result.fields });
        noteProgress();
      }
      if (progress.done + progress.failed === 0) {
        throw new CommandError(`There is nothing to read in ${names.join(', ')}.`, { exitCode: EXIT_CODES.usage });
      }
    }
    return output.write(answers(), screen);
  });
  screen.end();
  for (const text of errors.summary) screen.error(oneLine(text), colors.red);
  return showSummary(summary, screen, flags);
}
