import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { withFlags } from '../flag-groups.ts';
import {
  ANSWER_FLAGS,
  PAIR_FLAGS,
  PREFERENCE_JOB_FLAGS,
  type PreferenceFlags,
  PREFERENCES,
  SAMPLE_FLAGS,
} from '../preferences/preference-flags.ts';
import { rankAsJob } from '../preferences/rank-as-job.ts';
import { rankRecords } from '../preferences/rank-records.ts';
import { BLENDER_FLAGS, RANKING_FLAGS } from '../shared-options.ts';

/** `preferences`: chosen and rejected answers to train on. */
export function addPreferencesCommand(program: Command, run: RunAction): void {
  const command = program
    .command(PREFERENCES)
    .summary('Make preference data, to train on, of ranked answers.')
    .description(
      'Ranks the answers to each question, or samples some first, and writes the best and the worst as chosen and rejected, in a format that TRL reads. Pairs that teach nothing are left out, and counted by the reason. See docs/preferences.md.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender preferences answers.jsonl --format conversational --output pairs/ --test-share 0.1
  $ llm-blender preferences ranked.jsonl --source answers.jsonl --format trl --min-probability 0.7 -o pairs.jsonl
  $ llm-blender preferences prompts.jsonl --model ollama/gemma3 --samples 5 --job jobs/pairs --format snorkel -o pairs.jsonl`,
    );
  withFlags(command, PAIR_FLAGS, ANSWER_FLAGS, SAMPLE_FLAGS, RANKING_FLAGS, PREFERENCE_JOB_FLAGS, BLENDER_FLAGS).action(
    (given, files: readonly string[]) => {
      const flags = given as PreferenceFlags;
      return run(async (context) => {
        if (flags.job === undefined && flags.retryFailed === true) {
          throw new CommandError('--retry-failed goes with --job.', { exitCode: EXIT_CODES.usage });
        }
        if (flags.model !== undefined && flags.source !== undefined) {
          throw new CommandError('--model and --source exclude each other.', { exitCode: EXIT_CODES.usage });
        }
        const inputs = [...files, ...(flags.input === undefined ? [] : [flags.input])];
        return flags.job === undefined ? rankRecords(flags, files, context) : rankAsJob(flags, inputs, context);
      });
    },
  );
}
