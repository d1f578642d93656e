import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { LanguageModel } from 'ai';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { mapValues } from '../util/map-values.ts';

/** A model object of the AI SDK; strings are names and resolved by the registry. */
export type ModelObject = Exclude<LanguageModel, string>;

/** Models that run in this process, by their name behind `local/`. */
export const LOCAL_MODELS = ['smollm2-135m-instruct', 'qwen2.5-1.5b-instruct', 'gemma-2b-it', 'gemma-7b-it'] as const;

/** Any name of a model (`provider/name`); editors complete those that are known. */
export type ModelName =
  | `local/${(typeof LOCAL_MODELS)[number]}`
  // Keeps the names above apart from all other texts, for the editor.
  | (string & {});

/** A model by name or as an AI SDK model object. */
export type ModelReference = ModelName | ModelObject;

/** Settings of a generation; undefined = the default of the model. */
export interface GenerationSettings {
  /** 0 = always the most probable token. The range depends on the provider, mostly 0 to 2. */
  readonly temperature?: number | undefined;
  /** Nucleus sampling, between 0 and 1. */
  readonly topP?: number | undefined;
  /** Maximum tokens of the answer. */
  readonly maxOutputTokens?: number | undefined;
  /** Seed of the sampling, an integer. Sample k of a model gets `seed + k - 1`, so that samples differ. */
  readonly seed?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
  /** Passed through to the provider, see the AI SDK. */
  readonly providerOptions?: Parameters<LanguageModelV4['doGenerate']>[0]['providerOptions'];
}

/** Options for providers, merged one by one; what the second has goes before the first. */
export function mergeProviderOptions(
  first: GenerationSettings['providerOptions'] = {},
  second: GenerationSettings['providerOptions'] = {},
): NonNullable<GenerationSettings['providerOptions']> {
  return mapValues({ ...first, ...second }, (options, name) => ({ ...first[name], ...options }));
}

/** By name, so that other options of a function are left out. */
const SETTING_NAMES = ['temperature', 'topP', 'maxOutputTokens', 'seed', 'stopSequences', 'providerOptions'] as const;

/** The settings of a generation among other options; the first object that defines one decides. */
export function pickSettings(...sources: readonly GenerationSettings[]): GenerationSettings {
  const settings: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const value = sources.find((source) => source[name] !== undefined)?.[name];
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

/**
 * Checks the numbers among the settings.
 *
 * @param of what they belong to, such as `models[0].`
 * @throws InvalidArgumentError
 */
export function checkSettings({ temperature, topP, maxOutputTokens, seed }: GenerationSettings, of = ''): void {
  checkNumber(`${of}temperature`, temperature, { min: 0 });
  checkNumber(`${of}topP`, topP, { min: 0, max: 1 });
  checkNumber(`${of}maxOutputTokens`, maxOutputTokens, COUNT);
  checkNumber(`${of}seed`, seed, { integer: true });
}

/** A model with settings, which override those of the call. */
export interface ModelEntry extends GenerationSettings {
  readonly model: ModelReference;
  /** Answers of this model. @default `samples` of the call */
  readonly samples?: number | undefined;
  /** Milliseconds for each answer. @default `timeoutMs` of the call */
  readonly timeoutMs?: number | undefined;
}

/** What `models` takes. */
export type ModelChoice = ModelReference | ModelEntry;

/** True for the form with settings. */
export function isModelEntry<ENTRY extends { readonly model: ModelReference }>(
  choice: ModelReference | ENTRY,
): choice is ENTRY {
  return typeof choice === 'object' && choice !== null && 'model' in choice && !('doStream' in choice);
}

/** The name under which a model appears in results. */
export function modelName(model: ModelReference): string {
  return typeof model === 'string' ? model : `${model.provider}/${model.modelId}`;
}
