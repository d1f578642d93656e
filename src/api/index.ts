export { type BlenderProvider, createBlenderProvider, type CreateBlenderProviderOptions } from './blender-provider.ts';
export { type Blender, createBlender, type CreateBlenderOptions } from './create-blender.ts';
export {
  bestOfN,
  blend,
  blenderModel,
  compare,
  compareConversations,
  createBlendSession,
  estimateBlend,
  estimateCompare,
  estimateFuse,
  estimateRank,
  fuse,
  generateCandidates,
  rank,
  rankerModel,
  rankWithReference,
  streamBlend,
  topK,
  worstOfN,
} from './functions.ts';
export { mapPrompts, type MapPromptsOptions, type PromptOutcome, type PromptProgress } from './map-prompts.ts';
export type {
  BlendOptions,
  CompareOptions,
  FuseOptions,
  GenerateAndRankOptions,
  GenerateCandidatesOptions,
  PromptOptions,
  RankOptions,
  RankWithReferenceOptions,
  TopKOptions,
  WorstOfNOptions,
} from './options.ts';
