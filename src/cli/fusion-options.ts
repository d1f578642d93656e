import { type Command, Option } from 'commander';
import { FUSION_PROMPTS, type FusionPromptName, type FusionSettings } from '../index.ts';
import { explain, oneOf, positiveInteger } from './option-values.ts';

/** What the options of {@link addFusionOptions} give. */
export interface FusionFlags extends Pick<FusionSettings, 'showScores' | 'analysis' | 'contextTokens'> {
  readonly fusionPrompt?: FusionPromptName;
  readonly hideRanks?: boolean | undefined;
}

/** The options about how a model fuses, the same in every command that does. */
export function addFusionOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--fusion-prompt <name>',
        `What the fuser is told: ${explain(FUSION_PROMPTS)}. Default: default.`,
      ).argParser(oneOf(FUSION_PROMPTS)),
    )
    .option('--hide-ranks', 'Do not tell the fuser which answer is better.')
    .option('--show-scores', 'Tell the fuser the scores of the answers, where there are any.')
    .option(
      '--analysis',
      'Let the fuser first list agreement, contradictions, unique points and blind spots: one more call.',
    )
    .option(
      '--context-tokens <n>',
      "Tokens of the fuser's prompt and answer together. Default: what the model says, or 16384 (local servers such as Ollama: 4096).",
      positiveInteger,
    );
}

/** The flags as the verbs take them. */
export function toFusionSettings({
  fusionPrompt,
  hideRanks,
  showScores,
  analysis,
  contextTokens,
}: FusionFlags): FusionSettings {
  return { fusionPrompt, showRanks: hideRanks === true ? false : undefined, showScores, analysis, contextTokens };
}
