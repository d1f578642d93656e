import { InvalidArgumentError } from '../error/index.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import type { FusionMaterial, FusionPromptFunction } from './fusion-material.ts';
import { type FusionPromptName, resolvePrompt } from './prompt/resolve-prompt.ts';

/** How a language model fuses; shared by `fuse` and `blend`. Not passed to a fuser object. */
export interface FusionSettings {
  /**
   * The prompt of the fuser: `default`, `paper` (input of the paper's GenFuser), `notebook`, or your own function.
   *
   * @default 'default'
   */
  readonly fusionPrompt?: FusionPromptName | FusionPromptFunction | undefined;
  /**
   * Whether the prompt says which candidate is better. If false, the order carries no information either.
   *
   * @default true
   */
  readonly showRanks?: boolean | undefined;
  /** Whether the prompt has the scores of the candidates, if there are any. @default false */
  readonly showScores?: boolean | undefined;
  /**
   * Whether the fuser first lists agreement, contradictions, unique points and blind spots of the candidates: one more
   * call, with its own time limit. If it fails, the fusion continues without.
   *
   * @default false
   */
  readonly analysis?: boolean | undefined;
  /**
   * Maximum tokens of prompt and answer of the fuser together.
   *
   * @default what the model reports; 4096 for local servers such as Ollama, which silently cut longer prompts;
   * otherwise 16384, or more if the task needs it
   */
  readonly contextTokens?: number | undefined;
}

const SETTING_NAMES = ['fusionPrompt', 'showRanks', 'showScores', 'analysis', 'contextTokens'] as const;

/** The fusion settings among other options. */
export function pickFusionSettings(options: FusionSettings): FusionSettings {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, options[name]]));
}

/** The same settings with an instruction at the end of the prompt. @throws InvalidArgumentError */
export function withInstruction<SETTINGS extends FusionSettings>(settings: SETTINGS, instruction: string): SETTINGS {
  if (typeof instruction !== 'string' || instruction.trim() === '') {
    const message = 'expected a text, such as "Answer in a table."';
    throw new InvalidArgumentError({ parameter: 'instruction', value: instruction, message });
  }
  const writePrompt = resolvePrompt(settings.fusionPrompt);
  return { ...settings, fusionPrompt: (material: FusionMaterial) => `${writePrompt(material)}\n\n${instruction}` };
}

/** Checks the settings of a fusion. @throws InvalidArgumentError */
export function checkFusionSettings({ fusionPrompt, contextTokens, ...flags }: FusionSettings): void {
  resolvePrompt(fusionPrompt);
  for (const parameter of ['showRanks', 'showScores', 'analysis'] as const) {
    const value = flags[parameter];
    if (value !== undefined && typeof value !== 'boolean') {
      throw new InvalidArgumentError({ parameter, value, message: 'expected true or false.' });
    }
  }
  checkNumber('contextTokens', contextTokens, COUNT);
}
