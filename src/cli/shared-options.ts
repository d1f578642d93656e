import { type Command, Option } from 'commander';
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
import { collect, explain, number, oneOf, positiveInteger } from './option-values.ts';

/** Options of every command that reads a configuration. */
export interface ConfigFlags {
  /** A file, or false for none. */
  readonly config?: string | false;
}

/** Adds {@link ConfigFlags}. */
export function addConfigOptions(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'The configuration file. Default: LLM_BLENDER_CONFIG, else blender.config.{ts,mts,js,json,yaml,yml} here or in a folder above.',
    )
    .option('--no-config', 'Use no configuration.');
}

/** Options of every command that works with a blender. */
export interface BlenderFlags extends ConfigFlags {
  /** False for no cache of model calls; else that of the configuration, or the usual one. */
  readonly cache?: boolean;
  /** Whether each call and comparison is shown. */
  readonly verbose?: boolean;
  /** A file that each of them is appended to. */
  readonly trace?: string;
}

/** Adds {@link BlenderFlags}. */
export function addBlenderOptions(command: Command): Command {
  return addConfigOptions(command)
    .option('--no-cache', 'Neither read nor write the cache of model calls.')
    .option('--verbose', 'Show each prompt, reply and comparison as it ends.')
    .option('--trace <file>', 'Append each prompt, reply and comparison to a JSONL file.');
}

/** Options of every command on the records of files. */
export interface LineFlags extends BlenderFlags {
  /** Which fields of the files stand for ours. */
  readonly map?: readonly string[];
  readonly input?: string;
  readonly output?: string;
}

/** Adds the files to read and the options `--input`, `--map` and `--output` of {@link LineFlags}. */
export function addLineOptions(command: Command): Command {
  return command
    .argument(
      '[files...]',
      'JSONL, JSON, CSV, TSV or Parquet, also compressed with gzip or zstd. Default, and "-": standard input.',
    )
    .option('--input <file>', 'The same as a file without an option.')
    .option(
      '--map <ours=theirs>',
      `Which field of the files is which, where its name is not recognised, such as instruction=question_text or candidates=gpt-4,claude. Ours: ${MAPPED_NAMES.join(', ')}. May be given several times.`,
      collect,
    )
    .option('--output <file>', 'The file for the results, written once all lines are done. Default: standard output.');
}

/** Adds `--ranker`. */
export function addRankerOption(command: Command): Command {
  return command.option(
    '--ranker <ranker>',
    'The ranker: small (the trained ranker of this package), pairrm, a ranker folder (with :int8 appended, a cross-encoder in 8-bit weights), judge:MODEL, judge-list:MODEL (ranks all candidates in one call), or cascade:RANKER (asks RANKER only where small is unsure). Default: small.',
  );
}

/** Options of every command that ranks. */
export interface RankingFlags extends Pick<RankOptions, 'strategy' | 'goal' | 'confidence' | 'maxPairs'> {
  readonly ranker?: string;
  readonly aggregation?: AggregationName;
}

/** Adds {@link RankingFlags}. */
export function addRankingOptions(command: Command): Command {
  return addRankerOption(command)
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
}

/** The settings of a ranking among other flags. A new flag does not compile until it is passed on. */
export function toRankSettings({ ranker, strategy, aggregation, goal, confidence, maxPairs }: RankingFlags) {
  return { ranker, strategy, aggregation, goal, confidence, maxPairs } satisfies Record<keyof RankingFlags, unknown>;
}

/** Options of every command that fuses. */
export interface FusionFlags extends Pick<FusionSettings, 'showScores' | 'analysis' | 'contextTokens'> {
  readonly fusionPrompt?: FusionPromptName;
  readonly hideRanks?: boolean | undefined;
}

/** Adds {@link FusionFlags}. */
export function addFusionOptions(command: Command): Command {
  return command
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
    );
}

/** The flags as options of the library. */
export function toFusionSettings(flags: FusionFlags): FusionSettings {
  const { fusionPrompt, hideRanks, showScores, analysis, contextTokens } = flags;
  return { fusionPrompt, showRanks: hideRanks === true ? false : undefined, showScores, analysis, contextTokens };
}

/** An option that takes one of the names in a table, which explains them. */
function choice(flag: string, about: string, table: Readonly<Record<string, string>>, usual: string): Option {
  return new Option(`${flag} <name>`, `${about}: ${explain(table)}. Default: ${usual}.`).argParser(oneOf(table));
}
