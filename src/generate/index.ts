export {
  generateCandidates,
  type GenerateCandidatesOptions,
  type GenerateCandidatesResult,
  type GeneratePart,
} from './generate-candidates.ts';
export { planCalls } from './plan-calls.ts';
