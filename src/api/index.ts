export { type Blender, createBlender, type CreateBlenderOptions } from './create-blender.ts';
export {
  bestOfN,
  blend,
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
