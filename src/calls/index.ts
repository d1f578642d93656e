export { callUsage } from './call-usage.ts';
export { failureOf } from './failure-of.ts';
export { callErrorKind, toCallError } from './to-call-error.ts';
export { type ProviderLimit, type ProviderLimitOptions, ProviderLimits } from './provider-limits.ts';
export { type Answer, streamAnswer } from './stream-answer.ts';
