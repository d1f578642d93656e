export {
  candidateGenerator,
  generateCandidates,
  type GenerateCandidatesOptions,
  type GenerateCandidatesResult,
  type GeneratePart,
  noCandidatesError,
} from './generate-candidates.ts';
export { type Call, planCalls } from './plan-calls.ts';
