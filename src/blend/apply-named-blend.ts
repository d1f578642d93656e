import { InvalidArgumentError } from '../error/index.ts';
import type { FusionSettings } from '../fuse/index.ts';
import type { ModelChoice } from '../spec/model-choice.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mapValues } from '../util/map-values.ts';
import type { BlendOptions } from './blend-options.ts';
import { BUILT_IN_BLENDS, DEFAULT_BLEND } from './built-in-blends.ts';
import type { ModelSettings, NamedBlend, NamedBlends } from './named-blend.ts';

/** By name: a setting of the generation that is missing here does not compile. */
const MODEL_SETTINGS = {
  samples: true,
  temperature: true,
  topP: true,
  maxOutputTokens: true,
  seed: true,
  stopSequences: true,
  providerOptions: true,
} as const satisfies Record<ModelSettings, true>;

/** By name what belongs to one call and not to a named blend; an option that is missing here does not compile. */
const OF_ONE_CALL = {
  prompt: true,
  messages: true,
  instruction: true,
  input: true,
  schema: true,
  blend: true,
  blends: true,
  conversation: true,
  resources: true,
  abortSignal: true,
} as const satisfies Record<Exclude<keyof BlendOptions, keyof NamedBlend>, true>;

/** Options with the models filled in. */
export type CompleteBlendOptions = BlendOptions & { readonly models: readonly ModelChoice[] };

/**
 * Fills in what the call does not set from the named blend.
 *
 * @throws InvalidArgumentError for an unknown name.
 */
export function applyNamedBlend(options: BlendOptions): CompleteBlendOptions {
  const { models, ...settings } = findBlend(options);
  const given: BlendOptions = definedOnly(options);
  const general = Object.fromEntries(Object.entries(settings).filter(([name]) => !Object.hasOwn(MODEL_SETTINGS, name)));
  return { ...(given.models === undefined ? settings : general), ...given, models: given.models ?? models };
}

/** The settings among options, as a named blend. */
export function toNamedBlend({ models, ...options }: CompleteBlendOptions): NamedBlend {
  const settings = Object.entries(definedOnly(options)).filter(([name]) => !Object.hasOwn(OF_ONE_CALL, name));
  return { ...Object.fromEntries(settings), models };
}

function findBlend({ blend: name = DEFAULT_BLEND, blends = {} }: BlendOptions): NamedBlend {
  const known: Readonly<Record<string, NamedBlend>> = { ...BUILT_IN_BLENDS, ...blends };
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found === undefined) {
    throw new InvalidArgumentError({
      parameter: 'blend',
      value: name,
      message: `expected one of: ${Object.keys(known).join(', ')}.`,
    });
  }
  return found;
}

/** Settings of a blender that apply unless the call or its named blend sets them. */
export interface BlendDefaults extends Pick<
  NamedBlend,
  | 'ranker'
  | 'strategy'
  | 'aggregation'
  | 'confidence'
  | 'maxPairs'
  | 'orders'
  | 'fuser'
  | 'fusion'
  | keyof FusionSettings
  | 'checkRanker'
  | 'timeoutMs'
  | 'totalTimeoutMs'
  | 'maxCalls'
  | 'maxCost'
  | 'maxRetries'
  | 'quorum'
  | 'patienceMs'
  | 'fast'
  | 'stream'
> {
  /** The blend that is used if none is named. @default 'local' */
  readonly blend?: string | undefined;
}

/** All blends there are, the built-in ones too, with what they leave open taken from the defaults. */
export function blendsWithDefaults(blends: NamedBlends, defaults: Omit<BlendDefaults, 'blend'>): NamedBlends {
  return mapValues<NamedBlend, NamedBlend>({ ...BUILT_IN_BLENDS, ...blends }, (blend) => ({
    ...defaults,
    ...definedOnly(blend),
    models: blend.models,
  }));
}
