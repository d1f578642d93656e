export { blend, streamBlend } from './blend.ts';
export { applyNamedBlend, type BlendDefaults, blendsWithDefaults } from './apply-named-blend.ts';
export type { BlendStream } from './blend-stream.ts';
export type { BlendOptions } from './blend-options.ts';
export type { BlendPart, PlannedCall } from './blend-parts.ts';
export type { BlendComparison, BlendResult, BlendTimings, FusedAnswer, RankedCandidate } from './blend-result.ts';
export { BUILT_IN_BLENDS, DEFAULT_BLEND } from './built-in-blends.ts';
export type { NamedBlend, NamedBlends } from './named-blend.ts';
