import { Option } from 'commander';
import { PREFERENCE_FORMATS, type PreferenceFormat } from '../../index.ts';
import { MAPPED_NAMES } from '../../records/index.ts';
import { flagGroup, type Given } from '../flag-groups.ts';
import { collect, explain, integer, number, oneOf, positiveInteger, secondsToMs } from '../option-values.ts';
import type { BlenderFlags, RankingFlags } from '../shared-options.ts';

/** The name of the command, also in the manifests of its jobs. */
export const PREFERENCES = 'preferences';

/** Which answers are ranked. */
interface AnswerFlags {
  readonly input?: string;
  readonly source?: readonly string[];
  readonly map?: readonly string[];
  readonly rankAgain?: boolean;
  readonly keepMarkup?: boolean;
}

/** {@link AnswerFlags}, and the files as arguments. */
export const ANSWER_FLAGS = flagGroup<AnswerFlags>((command) =>
  command
    .argument(
      '[files...]',
      'Questions with answers, or with --model questions alone: JSONL, JSON, CSV, TSV or Parquet. Default, and "-": standard input.',
    )
    .option('-i, --input <file>', 'The same as a file without an option.')
    .option(
      '--source <file>',
      'The file that was ranked, where the input has only ranks, as the lines of rank, batch rank, batch best-of-n and batch ask; may be repeated.',
      collect,
    )
    .option(
      '--map <ours=theirs>',
      `Which field of the files is which, where its name is not recognised. Ours: ${MAPPED_NAMES.join(', ')}. May be given several times.`,
      collect,
    )
    .option('--rank-again', 'Rank answers that have ranks or scores as well.')
    .option('--keep-markup', 'Leave markup of chat templates, such as <|im_end|>, in the texts.'),
);

/** How answers are sampled. */
interface SampleFlags {
  readonly model?: readonly string[];
  readonly samples?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly timeout?: number;
  readonly system?: string;
}

/** {@link SampleFlags}. */
export const SAMPLE_FLAGS = flagGroup<SampleFlags>((command) =>
  command
    .option(
      '-m, --model <model>',
      'A model to sample answers from; may be repeated. The input then has questions alone.',
      collect,
    )
    .option(
      '-n, --samples <n>',
      'Answers of each model. Default: 4 of one model, 1 of each of several.',
      positiveInteger,
    )
    .option('--temperature <t>', 'Sampling temperature, 0 to 10.', number({ min: 0, max: 10 }))
    .option('--top-p <p>', 'Nucleus sampling, 0 to 1.', number({ min: 0, max: 1 }))
    .option(
      '--max-tokens <n>',
      'Maximum tokens of each answer. A chosen answer that ends there makes no pair.',
      positiveInteger,
    )
    .option('--seed <n>', 'Random seed; sample k of a model gets seed + k - 1.', integer)
    .option('--timeout <seconds>', 'Maximum time for one answer. Default: 120.', secondsToMs)
    .option('--system <text>', 'A system message for the models, which becomes part of the prompts.'),
);

/** Whether it is a job. */
interface PreferenceJobFlags {
  readonly job?: string;
  readonly retryFailed?: boolean;
  readonly concurrency?: number;
}

/** {@link PreferenceJobFlags}. */
export const PREFERENCE_JOB_FLAGS = flagGroup<PreferenceJobFlags>((command) =>
  command
    .option(
      '--job <folder>',
      'Keep answers and rankings in this folder, so that the command can be killed at any moment and resumed. Filters and format may differ from run to run.',
    )
    .option('--retry-failed', 'With --job: do records once more that failed.')
    .option('--concurrency <n>', 'Records in work at once. Default: 2; with --job 16.', positiveInteger),
);

/** Which pairs there are, and how they are written. */
interface PairFlags {
  readonly format: PreferenceFormat;
  readonly output?: string;
  readonly minProbability?: number;
  readonly maxSimilarity?: number;
  readonly maxLengthRatio?: number;
  readonly testShare?: number;
  readonly margin?: boolean;
  readonly messages?: boolean;
}

/** {@link PairFlags}. */
export const PAIR_FLAGS = flagGroup<PairFlags>((command) =>
  command
    .addOption(
      new Option('--format <name>', `The form of the lines: ${explain(PREFERENCE_FORMATS)}.`)
        .argParser(oneOf(PREFERENCE_FORMATS))
        .makeOptionMandatory(),
    )
    .option(
      '-o, --output <file>',
      'The file for the pairs, or a folder (an existing one, or with / at the end) that datasets can load. Default: standard output.',
    )
    .option('--messages', 'Lists of messages instead of texts, in any format.')
    .option('--margin', 'Add a column margin, the log-odds of the pair, which the RewardTrainer of TRL uses.')
    .option(
      '--min-probability <p>',
      'Leave out pairs below this probability that the chosen answer is better, 0.5 to 1. Default: 0.5.',
      number({ min: 0.5, max: 0.999999 }),
    )
    .option(
      '--max-similarity <s>',
      'Leave out pairs that are at least this alike: the share of neighbouring words that both have, above 0 and at most 1. Default: 0.9.',
      number({ above: 0, max: 1 }),
    )
    .option(
      '--max-length-ratio <r>',
      'Leave out pairs whose chosen answer is more than this many times as long as the rejected one, in characters. Default: no limit.',
      number({ above: 0 }),
    )
    .option(
      '--test-share <share>',
      'Write the pairs of this share of the prompts to a file for testing, 0 to 0.99. A prompt is never in both. Default: 0.',
      number({ min: 0, max: 0.99 }),
    ),
);

/** What answers are ranked with: what a job is pinned to. */
export type RankedRecordFlags = Given<AnswerFlags & SampleFlags & RankingFlags>;

/** Flags of `preferences`. */
export type PreferenceFlags = Given<
  AnswerFlags & SampleFlags & RankingFlags & PreferenceJobFlags & Omit<PairFlags, 'format'> & BlenderFlags
> &
  Pick<PairFlags, 'format'>;
