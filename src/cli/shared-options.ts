import { Option } from 'commander';
import {
  type AggregationName,
  AGGREGATIONS,
  FUSION_PROMPTS,
  type FusionPromptName,
  type FusionSettings,
  GOALS,
  type RankOptions,
  STRATEGIES,
} from '../index.ts';
import { MAPPED_NAMES } from '../records/index.ts';
import { flagGroup, type Given } from './flag-groups.ts';
import { collect, explain, number, oneOf, positiveInteger } from './option-values.ts';

/** Flags of every command that reads the environment. The files are read before the command begins. */
export interface EnvironmentFlags {
  readonly envFile?: readonly string[];
}

/** {@link EnvironmentFlags}. */
export const ENVIRONMENT_FLAGS = flagGroup<EnvironmentFlags>((command) =>
  command.option(
    '--env-file <file>',
    'Take variables that are not set, such as keys, from a file of lines NAME=VALUE, such as .env; may be repeated, and the last file wins.',
    collect,
  ),
);

/** Flags of every command that says more than its output. The context keeps quiet, so commands need not look. */
export interface QuietFlags {
  readonly quiet?: boolean;
}

/** {@link QuietFlags}. */
export const QUIET_FLAGS = flagGroup<QuietFlags>((command) =>
  command.option('-q, --quiet', 'Print the output and errors only: no progress, notes and warnings.'),
);

/** Flags of every command that reads a configuration. */
export interface ConfigFlags extends EnvironmentFlags {
  /** A file, or false for none. */
  readonly config?: string | false;
}

/** {@link ConfigFlags}. */
export const CONFIG_FLAGS = flagGroup<ConfigFlags>((command) => {
  command
    .option(
      '--config <file>',
      'The configuration file. Default: LLM_BLENDER_CONFIG, else blender.config.{ts,mts,js,json,yaml,yml} here or in a folder above.',
    )
    .option('--no-config', 'Use no configuration.');
  ENVIRONMENT_FLAGS.declare(command);
});

/** Flags of every command that works with a blender. */
export interface BlenderFlags extends ConfigFlags, QuietFlags {
  /** False for no cache of model calls; else that of the configuration, or the usual one. */
  readonly cache?: boolean;
  /** Whether each call and comparison is shown. */
  readonly verbose?: boolean;
  /** A file that each of them is appended to. */
  readonly trace?: string;
}

/** {@link BlenderFlags}. */
export const BLENDER_FLAGS = flagGroup<BlenderFlags>((command) => {
  CONFIG_FLAGS.declare(command);
  command.option('--no-cache', 'Neither read nor write the cache of model calls.');
  QUIET_FLAGS.declare(command);
  command
    .addOption(new Option('--verbose', 'Show each prompt, reply and comparison as it ends.').conflicts('quiet'))
    .option('--trace <file>', 'Append each prompt, reply and comparison to a JSONL file.');
});

/** Flags of every command on the records of files. */
export interface LineFlags {
  /** Which fields of the files stand for ours. */
  readonly map?: readonly string[];
  readonly input?: string;
  readonly output?: string;
  readonly estimate?: boolean;
  readonly json?: boolean;
}

/** The files to read as arguments, and {@link LineFlags}. */
export const LINE_FLAGS = flagGroup<LineFlags>((command) =>
  command
    .argument(
      '[files...]',
      'JSONL, JSON, CSV, TSV or Parquet, also compressed with gzip or zstd. Default, and "-": standard input.',
    )
    .option('-i, --input <file>', 'The same as a file without an option.')
    .option(
      '--map <ours=theirs>',
      `Which field of the files is which, where its name is not recognised, such as instruction=question_text or candidates=gpt-4,claude. Ours: ${MAPPED_NAMES.join(', ')}. May be given several times.`,
      collect,
    )
    .option(
      '-o, --output <file>',
      'The file for the results, written once all lines are done. Default: standard output.',
    )
    .option(
      '--estimate',
      'Print how many calls, tokens and dollars it would take, at least and at most, and ask nothing.',
    )
    .option('--json', 'Print the estimate as JSON; results are JSON in any case.'),
);

/** The ranker alone. */
export interface RankerFlags {
  readonly ranker?: string;
}

/** {@link RankerFlags}. */
export const RANKER_FLAGS = flagGroup<RankerFlags>((command) =>
  command.option(
    '--ranker <ranker>',
    'The ranker: small (the trained ranker of this package), pairrm, a ranker folder (with :int8 appended, a cross-encoder in 8-bit weights), judge:MODEL, judge-list:MODEL (ranks all candidates in one call), or cascade:RANKER (asks RANKER only where small is unsure). Default: small.',
  ),
);

/** Flags of every command that ranks. */
export interface RankingFlags extends RankerFlags, Pick<RankOptions, 'strategy' | 'goal' | 'confidence' | 'maxPairs'> {
  readonly aggregation?: AggregationName;
}

/** {@link RankingFlags}. */
export const RANKING_FLAGS = flagGroup<RankingFlags>((command) => {
  RANKER_FLAGS.declare(command);
  command
    .addOption(choice('--strategy', 'Which pairs are compared', STRATEGIES, 'full; adaptive with cascade:RANKER'))
    .addOption(
      choice(
        '--aggregation',
        'How comparisons become scores',
        AGGREGATIONS,
        'max-logits with full, expected-logits with adaptive, else least-squares',
      ),
    )
    .addOption(choice('--goal', 'What adaptive looks for', GOALS, 'best'))
    .option(
      '--confidence <p>',
      'adaptive stops once all pairs would give the same result with this probability, above 0 and at most 1. Default: 0.95.',
      number({ above: 0, max: 1 }),
    )
    .option('--max-pairs <n>', 'Maximum pairs to compare. Default: no limit.', positiveInteger);
});

/** The settings of a ranking among other flags. A new flag does not compile until it is passed on. */
export function toRankSettings({ ranker, strategy, aggregation, goal, confidence, maxPairs }: Given<RankingFlags>) {
  return { ranker, strategy, aggregation, goal, confidence, maxPairs } satisfies Record<keyof RankingFlags, unknown>;
}

/** Flags of every command that fuses. */
export interface FusionFlags extends Pick<FusionSettings, 'showScores' | 'analysis' | 'contextTokens'> {
  readonly fusionPrompt?: FusionPromptName;
  readonly hideRanks?: boolean | undefined;
}

/** {@link FusionFlags}. */
export const FUSION_FLAGS = flagGroup<FusionFlags>((command) =>
  command
    .addOption(choice('--fusion-prompt', 'The prompt of the fuser', FUSION_PROMPTS, 'default'))
    .option('--hide-ranks', 'Do not tell the fuser how the candidates rank.')
    .option('--show-scores', 'Tell the fuser the scores of the candidates, where there are any.')
    .option(
      '--analysis',
      'Have the fuser list agreement, contradictions, unique points and blind spots first: one more call.',
    )
    .option(
      '--context-tokens <n>',
      'Context window of the fuser: tokens of prompt and answer together. Default: what the model reports, or 16384 (local servers such as Ollama: 4096).',
      positiveInteger,
    ),
);

/** The flags as options of the library. */
export function toFusionSettings(flags: Given<FusionFlags>): FusionSettings {
  const { fusionPrompt, hideRanks, showScores, analysis, contextTokens } = flags;
  return { fusionPrompt, showRanks: hideRanks === true ? false : undefined, showScores, analysis, contextTokens };
}

/** An option that takes one of the names in a table, which explains them. */
export function choice(flag: string, about: string, table: Readonly<Record<string, string>>, usual: string): Option {
  return new Option(`${flag} <name>`, `${about}: ${explain(table)}. Default: ${usual}.`).argParser(oneOf(table));
}
