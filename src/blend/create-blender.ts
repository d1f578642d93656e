import { compare, compareConversations } from '../compare/index.ts';
import { fuse } from '../fuse/index.ts';
import { generateCandidates } from '../generate/index.ts';
import { bestOfN, rank, rankWithReference, topK, worstOfN } from '../rank/index.ts';
import { Resources, type ResourcesOptions } from '../registry/index.ts';
import { expandModelAliases } from '../spec/model-alias.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mapValues } from '../util/map-values.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { type BlendDefaults, blendsWithDefaults } from './apply-named-blend.ts';
import { blend, streamBlend } from './blend.ts';
import type { BlendOptions } from './blend-options.ts';
import type { NamedBlends } from './named-blend.ts';

/** Options of {@link createBlender}. */
export interface CreateBlenderOptions extends ResourcesOptions {
  /** Named blends for `blend` and `streamBlend`, besides the built-in ones; one with the same name replaces it. */
  readonly blends?: NamedBlends | undefined;
  /** Settings for all calls that do not set them. */
  readonly defaults?: BlendDefaults | undefined;
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
} as const;

type BlenderFunctions = typeof FUNCTIONS;

/**
 * The functions of this package as methods, with their own models and limits: `await using blender = createBlender()`.
 */
export interface Blender extends BlenderFunctions, AsyncDisposable {
  readonly blend: typeof blend;
  readonly streamBlend: typeof streamBlend;
  /** Loads a model now instead of at its first use, and returns it as an AI SDK language model. */
  model(reference: string, options?: { abortSignal?: AbortSignal }): Promise<ModelObject>;
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
 * @throws InvalidArgumentError for an invalid limit.
 */
export function createBlender({ blends = {}, defaults = {}, ...options }: CreateBlenderOptions = {}): Blender {
  const resources = new Resources(options);
  const dispose = () => resources[Symbol.asyncDispose]();
  const { blend: defaultBlend, ...functionDefaults } = defaults;
  const withoutAliases = <GIVEN extends object>(given: GIVEN) => expandModelAliases(options.models ?? {}, given);
  const ownBlends = mapValues(blendsWithDefaults(blends, functionDefaults), withoutAliases);
  // Disposing the owner ends its running calls, also those to a provider, which no model of ours would end.
  const own = <OPTIONS extends CommonOptions>(given: OPTIONS) => ({
    ...withoutAliases(given),
    resources,
    abortSignal: mergeAbortSignals(given.abortSignal, resources.closing),
  });
  const ownBlend = ({ blend: name = defaultBlend, blends: more, ...given }: BlendOptions) =>
    own({ ...given, blend: name, blends: { ...ownBlends, ...more } });
  const functions = mapValues(
    FUNCTIONS as Readonly<Record<string, (given: never) => unknown>>,
    (call) => (given: CommonOptions) => call(own({ ...functionDefaults, ...definedOnly(given) }) as never),
  );
  return {
    ...(functions as unknown as BlenderFunctions),
    blend: (given) => blend(ownBlend(given)),
    streamBlend: (given) => streamBlend(ownBlend(given)),
    model: (reference, given) => resources.resolveModel(reference, given),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
