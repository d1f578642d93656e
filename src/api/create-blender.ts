import {
  blend,
  type BlendDefaults,
  BlendSession,
  blendsWithDefaults,
  type BlendOptions as BlendFields,
  estimateBlend,
  type NamedBlends,
  streamBlend,
} from '../blend/index.ts';
import { compare, compareConversations } from '../compare/index.ts';
import { estimateCompare, estimateFuse, estimateRank } from '../estimate/index.ts';
import { fuse } from '../fuse/index.ts';
import { generateCandidates } from '../generate/index.ts';
import { BlendModel, type BlenderModelOptions, RankerModel, type RankerModelOptions } from '../model/index.ts';
import { bestOfN, rank, rankWithReference, topK, worstOfN } from '../rank/index.ts';
import { Resources, type ResourcesOptions } from '../registry/index.ts';
import { expandModelAliases } from '../spec/model-alias.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { ServerSettings } from '../spec/server-settings.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mapValues } from '../util/map-values.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { aSignal, aText, checkOptions } from '../util/check-options.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import type * as functions from './functions.ts';
import { checkRankerModel } from './functions.ts';
import { BLENDER, OPTIONS_OF } from './option-tables.ts';
import { actionPreparer } from './prepare-action.ts';

/** Options of {@link createBlender}. */
export interface CreateBlenderOptions extends ResourcesOptions {
  /** Named blends for `blend` and `streamBlend`, besides the built-in ones; one with the same name replaces it. */
  readonly blends?: NamedBlends | undefined;
  /** Settings for all calls that do not set them. */
  readonly defaults?: BlendDefaults | undefined;
  /** For `startServer`; a blender does nothing with it, and takes it with the rest of a configuration. */
  readonly server?: ServerSettings | undefined;
}

/** The functions besides those that blend. */
const FUNCTIONS = {
  generateCandidates,
  compare,
  compareConversations,
  rank,
  rankWithReference,
  bestOfN,
  worstOfN,
  topK,
  fuse,
  estimateRank,
  estimateCompare,
  estimateFuse,
} as const;

type BlenderFunctions = Pick<typeof functions, keyof typeof OPTIONS_OF | 'rankerModel'>;

/**
 * The functions of this package as methods, with their own models and limits: `await using blender = createBlender()`.
 */
export interface Blender extends BlenderFunctions, AsyncDisposable {
  /**
   * Loads a model now instead of at its first use, and returns it as an AI SDK language model. Calls to it are shared,
   * cached, repeated, limited and counted as those of a blend are, also where it is given as an object.
   */
  model(reference: string | ModelObject, options?: { abortSignal?: AbortSignal }): Promise<ModelObject>;
  /** Ends running calls with DisposedError and unloads every model. Also `await using`. */
  dispose(): Promise<void>;
}

/** Options of all functions. */
interface CommonOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Makes a blender, which owns the models it loads and the limits of its providers. Functions called without a blender
 * share these for the whole process.
 *
 * @throws InvalidArgumentError for an unknown option, and for a limit, price or default that cannot be used.
 * @example
 * await using blender = createBlender({ cache: true, limits: { openai: { concurrency: 8 } } });
 * const { text } = await blender.blend({ prompt: 'Why is the sky blue?' });
 */
export function createBlender(given: CreateBlenderOptions = {}): Blender {
  checkOptions('createBlender', given, BLENDER);
  const { blends = {}, defaults = {}, server: _server, ...options } = given;
  const resources = new Resources(options);
  const dispose = () => resources[Symbol.asyncDispose]();
  const { blend: defaultBlend, ...functionDefaults } = defaults;
  const withoutAliases = <GIVEN extends object>(value: GIVEN) => expandModelAliases(options.models ?? {}, value);
  const ownBlends = mapValues(blendsWithDefaults(blends, functionDefaults), withoutAliases);
  // Disposing the owner ends its running calls, also those to a provider, which no model of ours would end.
  const own = <OPTIONS extends CommonOptions>(value: OPTIONS) => ({
    ...withoutAliases(value),
    resources,
    abortSignal: mergeAbortSignals(value.abortSignal, resources.closing),
  });
  const withBlends = <OPTIONS extends Pick<BlendFields, 'blend' | 'blends'>>(
    name: 'blend' | 'streamBlend' | 'createBlendSession' | 'estimateBlend' | 'blenderModel',
    asked: OPTIONS,
  ) => {
    checkOptions(name, asked, OPTIONS_OF[name]);
    const { blend: named = defaultBlend, blends: more, ...rest } = asked;
    return { ...rest, blend: named, blends: { ...ownBlends, ...more } };
  };
  const methods = mapValues(
    FUNCTIONS as Readonly<Record<string, (asked: never) => Promise<unknown>>>,
    (call, name) => async (asked: CommonOptions) => {
      checkOptions(name, asked, OPTIONS_OF[name as keyof typeof FUNCTIONS]);
      return call(own({ ...functionDefaults, ...definedOnly(asked) }) as never);
    },
  );
  const blending = {
    blend: async (asked: BlendFields) => blend(own(withBlends('blend', asked))),
    streamBlend: (asked: BlendFields) => streamBlend(own(withBlends('streamBlend', asked))),
    createBlendSession: (asked: BlendFields) =>
      new BlendSession(own(withBlends('createBlendSession', asked)), actionPreparer(options.models ?? {})),
    estimateBlend: async (asked: BlendFields) => estimateBlend(own(withBlends('estimateBlend', asked))),
  };
  const models = {
    blenderModel: (asked: BlenderModelOptions = {}) =>
      new BlendModel(withoutAliases(withBlends('blenderModel', asked)), resources),
    rankerModel: (ranker: RankerChoice | undefined = defaults.ranker, asked: RankerModelOptions = {}) => {
      checkRankerModel(ranker, asked);
      return new RankerModel(ranker, asked, resources);
    },
  };
  return {
    ...({ ...methods, ...blending, ...models } as unknown as BlenderFunctions),
    model: async (reference, waiting = {}) => {
      if (typeof reference !== 'object') aText('model', reference);
      checkOptions('model', waiting, { abortSignal: aSignal });
      return resources.resolveModel(reference, waiting);
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
