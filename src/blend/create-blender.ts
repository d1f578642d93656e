import {
  compare,
  compareConversations,
  type CompareConversationsOptions,
  type CompareOptions,
  type CompareResult,
} from '../compare/index.ts';
import { fuse, type FuseOptions, type FuseResult } from '../fuse/index.ts';
import {
  generateCandidates,
  type GenerateCandidatesOptions,
  type GenerateCandidatesResult,
} from '../generate/index.ts';
import {
  bestOfN,
  type GenerateAndRankOptions,
  rank,
  type RankOptions,
  type RankResult,
  rankWithReference,
  type RankWithReferenceOptions,
  type RankWithReferenceResult,
  topK,
  type TopKOptions,
  type TopKResult,
  worstOfN,
  type WorstOfNOptions,
  type WorstOfNResult,
} from '../rank/index.ts';
import { Resources, type ResourcesOptions } from '../registry/index.ts';
import { expandModelAliases } from '../spec/model-alias.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mapValues } from '../util/map-values.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { type BlendDefaults, blendsWithDefaults } from './apply-named-blend.ts';
import { blend, streamBlend } from './blend.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';
import type { BlendResult } from './blend-result.ts';
import type { NamedBlends } from './named-blend.ts';

/** Options of {@link createBlender}. */
export interface CreateBlenderOptions extends ResourcesOptions {
  /** Blends to name in `blend` and `streamBlend`, beside the built-in ones; one of the same name takes its place. */
  readonly blends?: NamedBlends | undefined;
  /** Settings for all verbs, where a call gives none. */
  readonly defaults?: BlendDefaults | undefined;
}

/** The verbs over resources of their own, which end with it: `await using blender = createBlender()`. */
export interface Blender extends AsyncDisposable {
  blend(options: BlendOptions): Promise<BlendResult>;
  streamBlend(options: BlendOptions): ReadableStream<BlendPart>;
  generateCandidates(options: GenerateCandidatesOptions): Promise<GenerateCandidatesResult>;
  compare(options: CompareOptions): Promise<CompareResult>;
  compareConversations(options: CompareConversationsOptions): Promise<CompareResult>;
  rank(options: RankOptions): Promise<RankResult>;
  rankWithReference(options: RankWithReferenceOptions): Promise<RankWithReferenceResult>;
  readonly bestOfN: typeof bestOfN;
  worstOfN(options: WorstOfNOptions): Promise<WorstOfNResult>;
  topK(options: TopKOptions): Promise<TopKResult>;
  fuse(options: FuseOptions): Promise<FuseResult>;
  /** Loads a model now instead of at its first use, and returns it as an AI SDK language model. */
  model(reference: string, options?: { abortSignal?: AbortSignal }): Promise<ModelObject>;
  /** Ends running calls with DisposedError and unloads every model. Also `await using`. */
  dispose(): Promise<void>;
}

/** What every verb takes, whatever else. */
interface OwnOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Makes a blender that owns the models it loads and the limits of its providers. The verbs called on their own share
 * one for the whole process instead.
 *
 * @throws InvalidArgumentError for a limit that cannot be used.
 */
export function createBlender({ blends = {}, defaults = {}, ...options }: CreateBlenderOptions = {}): Blender {
  const resources = new Resources(options);
  const dispose = () => resources[Symbol.asyncDispose]();
  const { blend: defaultBlend, ...verbDefaults } = defaults;
  const withoutAliases = <GIVEN extends object>(given: GIVEN) => expandModelAliases(options.models ?? {}, given);
  const ownBlends = mapValues(blendsWithDefaults(blends, verbDefaults), withoutAliases);
  // Disposing the owner ends its running calls, also those to a provider, which no model of ours would end.
  const own = <OPTIONS extends OwnOptions>(given: OPTIONS) => ({
    ...withoutAliases(given),
    resources,
    abortSignal: mergeAbortSignals(given.abortSignal, resources.closing),
  });
  const ownBlend = ({ blend: name = defaultBlend, blends: more, ...given }: BlendOptions) =>
    own({ ...given, blend: name, blends: { ...ownBlends, ...more } });
  const verb = <OPTIONS extends OwnOptions>(given: OPTIONS): OPTIONS =>
    own({ ...verbDefaults, ...definedOnly(given) } as OPTIONS);
  return {
    blend: (given) => blend(ownBlend(given)),
    streamBlend: (given) => streamBlend(ownBlend(given)),
    generateCandidates: (given) => generateCandidates(verb(given)),
    compare: (given) => compare(verb(given)),
    compareConversations: (given) => compareConversations(verb(given)),
    rank: (given) => rank(verb(given)),
    rankWithReference: (given) => rankWithReference(verb(given)),
    bestOfN: ((given: RankOptions & GenerateAndRankOptions) => bestOfN(verb(given))) as typeof bestOfN,
    worstOfN: (given) => worstOfN(verb(given)),
    topK: (given) => topK(verb(given)),
    fuse: (given) => fuse(verb(given)),
    model: (reference, given) => resources.resolveModel(reference, given),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
