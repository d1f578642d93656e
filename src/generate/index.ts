export {
  generateCandidates,
  type GenerateCandidatesOptions,
  type GenerateCandidatesResult,
} from './generate-candidates.ts';
export type { GeneratePart } from './generate-parts.ts';
export { planCalls } from './plan-calls.ts';
