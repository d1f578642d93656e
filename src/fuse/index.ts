export {
  checkFuseOptions,
  fuse,
  type FuseCandidates,
  type FuseOptions,
  type FuseResult,
  type FuserChoice,
  fuserName,
  isFuser,
  rankedValues,
  resolveFuser,
  runFuser,
} from './fuse.ts';
export type { FusionCandidate, FusionMaterial, FusionPromptFunction } from './fusion-material.ts';
export { type FusionSettings, pickFusionSettings, withInstruction } from './fusion-settings.ts';
export { analysisTokens } from './analysis/analyse-candidates.ts';
export { fusionContextTokens } from './fuser-context.ts';
export { fusionFrame } from './fusion-frame.ts';
export { DEFAULT_FUSION_TOKENS, type FuserConversation } from './llm-fuser.ts';
export { FUSION_PROMPTS, type FusionPromptName } from './prompt/resolve-prompt.ts';
