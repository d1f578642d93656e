export { estimateBlend, estimateCompare, estimateFuse, estimateRank } from './estimate.ts';
export {
  addEstimates,
  type EstimatedCalls,
  type EstimatedPhase,
  type EstimateRange,
  type WorkEstimate,
} from './work-estimate.ts';
