import { type Command, Option } from 'commander';
import type { FusionPromptName, FusionSettings } from '../index.ts';
import { explain, oneOf, positiveInteger } from './option-values.ts';

/** What the options of {@link addFusionOptions} give. */
export interface FusionFlags extends Pick<FusionSettings, 'showScores' | 'analysis' | 'contextTokens'> {
  readonly fusionPrompt?: FusionPromptName;
  readonly hideRanks?: boolean | undefined;
}

/** The fusion prompts, with what `--help` says of them; a new one does not compile until it is here. */
const PROMPTS = {
  default: 'that of this package',
  paper: "the layout of the paper's GenFuser",
  notebook: "the seed notebook's",
} as const satisfies Record<FusionPromptName, string>;

/** The options about how a model fuses, the same in every command that does. */
export function addFusionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--fusion-prompt <name>', `The prompt of the fuser: ${explain(PROMPTS)}. Default: default.`).argParser(
        oneOf(PROMPTS),
      ),
    )
    .option('--hide-ranks', 'Do not tell the fuser how the candidates rank.')
    .option('--show-scores', 'Tell the fuser the scores of the candidates, where there are any.')
    .option(
      '--analysis',
      'Have the fuser list agreement, contradictions, unique points and blind spots first: one more call.',
    )
    .option(
      '--context-tokens <n>',
      'Context window of the fuser: tokens of prompt and answer together. Default: what the model reports, or 16384 (ollama and lmstudio: 4096).',
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
